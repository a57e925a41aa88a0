"""From numbers to voltages and from currents to numbers, with what goes wrong on the way."""
