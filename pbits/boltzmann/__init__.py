"""Boltzmann machines of p-bits: Ising problems whose biases and couplings are learnt."""

from pbits.boltzmann.evaluating import Evaluation, evaluate
from pbits.boltzmann.graph import Graph, deep, local, rbm, sparse
from pbits.boltzmann.model import BoltzmannMachine, initialise
from pbits.boltzmann.samplers import BlockGibbs, Kernels, OnMachine
from pbits.boltzmann.training import Trained, train

__all__ = [
    "BlockGibbs",
    "BoltzmannMachine",
    "Evaluation",
    "Graph",
    "Kernels",
    "OnMachine",
    "Trained",
    "deep",
    "evaluate",
    "initialise",
    "local",
    "rbm",
    "sparse",
    "train",
]
