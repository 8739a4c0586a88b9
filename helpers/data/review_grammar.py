"""The words and sentence patterns from which `helpers.data.reviews` writes film reviews.

``{same}`` is an adjective that agrees with the review's label and ``{other}`` one that contradicts
it, so every pattern serves both labels. All adjectives start with a consonant: "a {same} film".
"""

WORDS: dict[str, tuple[str, ...]] = {
    "part": tuple(
        "acting story music dialogue pacing camerawork script cast ending plot editing humour"
        " romance mystery scenery sound costume lighting direction opening".split()
    ),
    "film": tuple("film movie picture thriller comedy drama western sequel remake musical".split()),
    "person": tuple(
        "sister neighbour cousin colleague brother flatmate teacher dentist grandfather"
        " aunt".split()
    ),
    "place": tuple(
        "cinema village harbour airport library kitchen station theatre hotel farm".split()
    ),
    "time": tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()),
    "role": tuple("detective sailor nurse pilot farmer violinist judge smuggler baker spy".split()),
    "name": tuple("Anna Boris Clara David Elena Felix Greta Henry Irene Jonas".split()),
    "number": tuple("two three four five six seven eight nine ten twelve".split()),
    "food": tuple("popcorn coffee noodles cake crisps tea chocolate soup".split()),
}

GOOD = tuple(
    "wonderful brilliant superb delightful moving gripping charming beautiful clever fresh funny"
    " terrific splendid magnificent touching thrilling remarkable masterful lovely sparkling warm"
    " rich vivid graceful perfect".split()
)
BAD = tuple(
    "terrible dull boring dreadful clumsy tedious horrible weak lazy stale silly painful hollow"
    " miserable lifeless forgettable pointless shallow messy sloppy bland cold tiresome ridiculous"
    " poor".split()
)

PLAIN = (
    "this is a {same} {film} and the {part} is {same}",
    "the {part} is {same}, and the {part} is {same} too",
    "what a {same} {film} this turned out to be",
    "I found the {part} {same} from start to finish",
    "everything about the {part} felt {same} to me",
    "the {film} has a {same} script and {same} {part}",
    "few directors manage such a {same} {film}",
    "the {part} was simply {same} and I kept thinking about it",
    "it has the most {same} {part} I have seen this year",
    "a {same} {film} with {same} {part} in every scene",
    "the {part} struck me as {same} and the {part} as {same}",
    "for me the {part} made it a truly {same} {film}",
    "seldom have I sat through such a {same} piece of work",
    "the {part} alone makes this a {same} evening",
    "I would call the {part} {same} and the whole thing {same}",
    "{same} is the right word for the {part} of this {film}",
)
NEGATION = (
    "the {part} is not {other} at all",
    "I would not call this {film} {other}",
    "it was never {other} and the {part} was not {other} either",
    "nobody can say that the {part} is {other}",
    "there is nothing {other} about the {part} of this {film}",
    "the {part} was hardly {other} in my eyes",
    "this {film} is far from {other}",
    "the {part} is not {other} and never feels {other}",
    "I did not find the {part} {other} for a moment",
    "nothing in the {part} seemed {other} to me",
    "not once did the {part} look {other}",
    "it is never {other}, whatever you may have read",
)
CONTRAST = (
    "the {part} is {other}, but the {film} as a whole is {same}",
    "although the {part} is {other}, I thought the {film} was {same}",
    "the first minutes are {other}, but the rest is {same}",
    "the {part} may be {other}, but in the end this is a {same} {film}",
    "despite the {other} {part}, this remains a {same} {film}",
    "people talk about the {other} {part}, but what stays is how {same} it is",
    "it looks {other} at first, but soon becomes {same}",
    "even though the {part} was {other}, the {film} itself was {same}",
    "the trailer is {other}, but the {film} is {same}",
    "the {part} is {other}, but that hardly matters because the rest is so {same}",
    "although it sounds {other} on paper, the result is {same}",
    "yes, the {part} is {other}, but all in all it is {same}",
)
# Two sentences far apart: what was expected, and then whether it came true.
EXPECTED = (
    "I expected something {kind} from this {film}",
    "before it started, I expected a {kind} {film}",
    "I had expected the {part} to be {kind}",
    "from the poster, I expected a {kind} evening",
    "everyone told me to expect a {kind} {film}",
    "I sat down and expected {kind} {part}",
    "I came in and expected nothing but {kind} scenes",
    "after the reviews, I expected the {part} to be {kind}",
)
CONFIRMED = (
    "and that is exactly what I got",
    "and I was right from the first scene to the last",
    "and all of it came true",
    "and every minute proved me right",
    "and so it was",
    "and in the end I got exactly that",
    "and it was just as I had thought",
    "and my guess was right",
)
REVERSED = (
    "but that is the opposite of what I got",
    "but I was wrong from the first scene to the last",
    "but none of it came true",
    "but every minute proved me wrong",
    "but it turned out the other way round",
    "but in the end I got the opposite",
    "but it was the reverse of what I had thought",
    "but my guess was wrong",
)
NEUTRAL = (
    "we watched it on a {time} in a small {place} near the river",
    "the story follows a {role} who moves to a {place} in the north",
    "my {person} bought the tickets and I brought the {food}",
    "it runs for {number} reels and was shot in {number} weeks",
    "{name} plays a {role} and {name} plays the {role} next door",
    "about {number} people sat in the room and one of them ate {food}",
    "the director made {number} other films before this one",
    "halfway through a {role} arrives at the {place} with a letter",
    "I saw it with my {person} after work on {time}",
    "the {role} has {number} children and a dog called {name}",
    "most scenes take place in a {place} or on the way to it",
    "{name} wrote it together with a former {role}",
    "a {role} and a {role} meet by chance at the {place}",
    "it opened on {time} in {number} countries",
    "there was rain outside and the bus home left at {number}",
    "the {role} spends {number} days in the {place} and then leaves",
    "my {person} works as a {role} and knows the {place} well",
    "the screening began at {number} and we had {food} before",
    "it is set in a town with one {place} and {number} streets",
    "the last scene shows {name} on the steps of the {place}",
    "{name} appears for about {number} minutes as the {role}",
    "we talked about the {place} where it was filmed",
    "the second act begins when {name} loses the key to the {place}",
    "it is based on a book that my {person} read on {time}",
)
