"""What scripts use of AWS's XGBoost image: `data_utils`, `distributed`, `encoder`."""
