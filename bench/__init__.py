"""Measurements: ratios taken side by side in one run, for this machine may be faster or busier than yours."""
