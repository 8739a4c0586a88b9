"""Models as functions of their sizes: one module a family."""

from helpers.models.attention import build_attention_model
from helpers.models.compiled import prepare
from helpers.models.encoder_decoder import EncoderDecoder, build_encoder_decoder
from helpers.models.forecasting import build_forecasting_model
from helpers.models.recurrent import (
    CELLS,
    build_bidirectional_lstm,
    build_gru_model,
    build_lstm_model,
    build_recurrent,
    build_stacked_lstm,
    build_vanilla_rnn,
    create_models_for_comparison,
    memory_model,
    open_gate,
    parameters_of,
    qualifies_for_cudnn,
)
from helpers.models.tagger import Reader, Tagger, build_tagger
from helpers.models.text import POOLS, build_hybrid_classifier, build_text_classifier
from helpers.models.text_generator import TextGenerator, build_text_generator, fit_streams, streams
from helpers.models.transformer import build_series_transformer, build_text_transformer

__all__ = [
    "CELLS",
    "EncoderDecoder",
    "POOLS",
    "Reader",
    "Tagger",
    "TextGenerator",
    "build_attention_model",
    "build_bidirectional_lstm",
    "build_forecasting_model",
    "build_encoder_decoder",
    "build_gru_model",
    "build_hybrid_classifier",
    "build_lstm_model",
    "build_recurrent",
    "build_series_transformer",
    "build_stacked_lstm",
    "build_tagger",
    "build_text_classifier",
    "build_text_generator",
    "build_text_transformer",
    "build_vanilla_rnn",
    "create_models_for_comparison",
    "fit_streams",
    "memory_model",
    "open_gate",
    "parameters_of",
    "prepare",
    "qualifies_for_cudnn",
    "streams",
]
