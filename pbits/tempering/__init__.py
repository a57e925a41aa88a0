"""Parallel tempering: reads at fixed temperatures that trade places, to sample and to minimise."""

from pbits.tempering.driver import temper as temper
