"""Recurrent cells in NumPy, written to be read beside their equations.

Shapes follow Keras: examples are rows, so a step multiplies from the right, and the weights are
exactly those that ``layer.get_weights()`` returns. One module a cell: `simple`, `gru`, `lstm`.
"""

from helpers.cells.activations import ACTIVATIONS
from helpers.cells.gru import GRU
from helpers.cells.lstm import LSTM
from helpers.cells.simple import SimpleRNN

__all__ = ["ACTIVATIONS", "GRU", "LSTM", "SimpleRNN"]
