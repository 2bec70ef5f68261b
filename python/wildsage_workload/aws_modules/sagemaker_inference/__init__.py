"""What scripts use of AWS's inference toolkit: `content_types`, `decoder`, `encoder`, `errors`."""
