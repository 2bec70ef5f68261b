"""As in AWS's toolkit, where all that scripts use is in `framework`."""
