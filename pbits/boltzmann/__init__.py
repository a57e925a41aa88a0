"""Boltzmann machines of p-bits: Ising problems whose biases and couplings are learnt."""

from pbits.boltzmann.graph import Graph, deep, local, rbm, sparse
from pbits.boltzmann.model import BoltzmannMachine, initialise
from pbits.boltzmann.samplers import BlockGibbs, Kernels, OnMachine
from pbits.boltzmann.training import Trained, train

__all__ = [
    "BlockGibbs",
    "BoltzmannMachine",
    "Graph",
    "Kernels",
    "OnMachine",
    "Trained",
    "deep",
    "initialise",
    "local",
    "rbm",
    "sparse",
    "train",
]
