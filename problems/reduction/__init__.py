"""Smaller problems with the same ground states: spins that need no search are taken out first.

:func:`presolve` applies all rules; `components` splits what is not connected; `roof_duality` asks a
maximum flow; `gauge` reverses spins and `scaled` changes the unit.  Each result undoes itself.
"""

from problems.reduction.components import components as components
from problems.reduction.gauges import gauge as gauge
from problems.reduction.gauges import scaled as scaled
from problems.reduction.presolve import Reduced as Reduced
from problems.reduction.presolve import presolve as presolve
from problems.reduction.roof import roof_duality as roof_duality
