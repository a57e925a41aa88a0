"""The write side: pulses, what programming a matrix takes, wear, and when not refreshing pays."""
