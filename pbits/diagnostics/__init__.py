"""How far samples can be trusted: mixing, effective temperature, overlaps, partition functions.

Functions take a :class:`pbits.results.SampleResult`, a ``dimod.SampleSet``, or plain arrays.  Only
`ess` and `to_arviz` need ArviZ, an optional dependency.
"""

from pbits.diagnostics.inference_data import ess as ess
from pbits.diagnostics.inference_data import to_arviz as to_arviz
from pbits.diagnostics.mixing import AutocorrelationTime as AutocorrelationTime
from pbits.diagnostics.mixing import autocorrelation_time as autocorrelation_time
from pbits.diagnostics.mixing import r_hat as r_hat
from pbits.diagnostics.overlap import energy_overlap as energy_overlap
from pbits.diagnostics.partition import LogZ as LogZ
from pbits.diagnostics.partition import log_z as log_z
from pbits.diagnostics.summary import summarise as summarise
from pbits.diagnostics.temperature import EffectiveBeta as EffectiveBeta
from pbits.diagnostics.temperature import effective_beta as effective_beta
