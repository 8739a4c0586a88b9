"""Networks that look back at all their steps before they answer."""

from __future__ import annotations

import keras
from keras import layers

from helpers.attention import AttentionPooling
from helpers.models.compiled import answer_yes_or_no
from helpers.models.recurrent import CELLS

#: How `build_attention_model` makes one vector of many without attention.
AVERAGE, LAST = "average", "last"


def build_attention_model(
    features: int,
    *,
    score: str = "additive",
    encoder: str = "Dense",
    units: int = 32,
    learning_rate: float = 0.01,
) -> keras.Model:
    """A yes-or-no model over sequences: an encoder, a pooling with attention, one answer.

    Parameters
    ----------
    features : int
        Of each step.
    score : str
        Of :class:`helpers.attention.AttentionPooling`; ``"average"`` weighs all steps alike,
        ``"last"`` takes a recurrent layer's last state.
    encoder : str
        ``"Dense"``, which sees one step at a time, or a recurrent layer: ``"SimpleRNN"``,
        ``"GRU"`` or ``"LSTM"``.
    units : int
        Of the encoder and of the additive score.
    learning_rate : float
        Of Adam.

    Raises
    ------
    ValueError
        If the encoder or the score is unknown, or the last state of a Dense layer is asked for.
    """
    if encoder != "Dense" and encoder not in CELLS:
        raise ValueError(f"encoder is {encoder!r}, expected one of {['Dense', *CELLS]}")
    if (encoder, score) == ("Dense", LAST):
        raise ValueError(
            "a Dense encoder sees one step at a time, and its last state only that one"
        )
    model = keras.Sequential([keras.Input((None, features))])
    if encoder == "Dense":
        model.add(layers.Dense(units, activation="tanh"))
    else:
        model.add(CELLS[encoder](units, return_sequences=score != LAST))
    if score == AVERAGE:
        model.add(layers.GlobalAveragePooling1D())
    elif score != LAST:
        model.add(AttentionPooling(score, units))
    return answer_yes_or_no(model, learning_rate)
