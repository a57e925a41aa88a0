"""dimod samplers over the core: the only modules that know BQMs, labels and sample sets."""

from pbits.adapters.annealing_sampler import AnnealingSampler as AnnealingSampler
from pbits.adapters.auto_sampler import AutoSampler as AutoSampler
from pbits.adapters.bifurcation_sampler import BifurcationSampler as BifurcationSampler
from pbits.adapters.boltzmann_sampler import BoltzmannSampler as BoltzmannSampler
from pbits.adapters.cqm_sampler import CQMSampler as CQMSampler
from pbits.adapters.machine_sampler import MachineBoltzmannSampler as MachineBoltzmannSampler
from pbits.adapters.machine_sampler import MachineSampler as MachineSampler
from pbits.adapters.poly_sampler import PolySampler as PolySampler
from pbits.adapters.population_sampler import PopulationSampler as PopulationSampler
from pbits.adapters.presolve_composite import PresolveComposite as PresolveComposite
from pbits.adapters.quantum_sampler import QuantumAnnealingSampler as QuantumAnnealingSampler
from pbits.adapters.tempering_sampler import TemperingSampler as TemperingSampler
