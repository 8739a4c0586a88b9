import keras
import numpy as np
import pytest

from helpers.data import chorales
from helpers.experiments import plays
from helpers.models.composer import build_composer
from helpers.music import roll_of

DATA = chorales.load("embedded")
TRAIN = chorales.rolls(DATA.train[:30], 1)


@pytest.fixture(scope="module")
def composer():
    keras.utils.set_random_seed(0)
    return build_composer("LSTM", units=5)


def test_composing_goes_on_and_repeats_itself_with_the_seed(composer):
    begun = np.stack([TRAIN[0][:3], TRAIN[1][:3]])
    one, two = (
        plays.compose(composer, begun, 6, rng=np.random.default_rng(0), voices=4) for _ in range(2)
    )
    assert one.shape == (2, 6, 88) and (one.sum(axis=-1) == 4).all()
    np.testing.assert_array_equal(one, two)
    with pytest.raises(ValueError, match="temperature is 0"):
        plays.compose(composer, begun, 3, rng=np.random.default_rng(0), temperature=0)


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_each_key_is_drawn_with_its_probability(composer, temperature):
    begun = np.repeat(TRAIN[0][None, :3], 4000, axis=0)
    found = plays.compose(composer, begun, 1, rng=np.random.default_rng(0), temperature=temperature)
    p = 1 / (1 + np.exp(-composer.read(begun[:1])[0][0, -1] / temperature))
    np.testing.assert_allclose(found[:, 0].mean(axis=0), p, atol=0.05)


def test_one_voice_is_a_draw_by_odds(composer):
    begun = np.repeat(TRAIN[0][None, :3], 4000, axis=0)
    found = plays.compose(composer, begun, 1, rng=np.random.default_rng(0), voices=1)
    odds = np.exp(composer.read(begun[:1])[0][0, -1])
    np.testing.assert_allclose(found[:, 0].mean(axis=0), odds / odds.sum(), atol=0.02)


def test_shares_of_frames_by_their_keys():
    rolls = np.zeros((1, 4, 88))
    rolls[0, 1, :3] = rolls[0, 2, :10] = rolls[0, 3, :3] = 1
    assert plays.shares(rolls) == [0.25, 0, 0, 0.5, 0, 0, 0, 0, 0.25]


def test_the_corpus_is_all_its_own_copy_unisons_and_crossings_included():
    found = plays.judged(TRAIN[:5], chorales.on_grid(DATA.train[:5], 1))
    assert found["copied"] == 1 and 0 < found["unchanged"] < 1 and found["chords"] > 0.8
    sung = np.array([[64, 67, 60, 60], [65, 62, 62, 50], [60, 60, 60, 60], [72, -1, 50, 40]] * 2)
    assert plays.judged([roll_of(sung)], [sung])["copied"] == 1


@pytest.mark.parametrize(
    ("pitches", "fits", "crowded"),
    [
        ([], True, False),
        ([60], True, False),
        ([48, 55, 64, 72], True, False),
        ([62, 65, 67, 71], True, True),
        ([60, 61, 67], False, True),
        ([60, 66, 71], False, False),
        ([57, 60, 64, 69], True, False),
    ],
)
def test_triads_and_sevenths_are_chords_in_any_key(pitches, fits, crowded):
    for shift in range(12):
        frame = np.zeros(88)
        frame[[pitch + shift - 21 for pitch in pitches]] = 1
        assert plays.fits_chord(frame) == fits and plays.is_crowded(frame) == crowded


def test_after_real_frames_each_key_is_drawn_with_its_probability(composer):
    rolls = [TRAIN[0][:6]] * 1500
    found = plays.after_real(composer, rolls, 1.0, np.random.default_rng(0)).reshape(1500, 5, 88)
    p = 1 / (1 + np.exp(-composer.read(TRAIN[0][None, :5])[0][0]))
    np.testing.assert_allclose(found.mean(axis=0), p, atol=0.07)
