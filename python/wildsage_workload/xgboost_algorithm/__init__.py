"""The built-in XGBoost algorithm: what AWS's `sagemaker-xgboost` image does when a job brings no script."""
