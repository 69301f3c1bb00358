"""Features, learners and replays against scikit-learn, LIBLINEAR and ASReview."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from jakdb.errors import InputError, UsageError
from jakdb.words import Record
from jakscreen.rank import (
    Examples,
    Features,
    ReportText,
    UnknownLearnerError,
    extract,
    from_arrays,
    joined,
    make_learner,
    rank,
    report_fields,
    to_arrays,
    tokenise,
    without,
)
from jakscreen.rank import machine as machines
from jakscreen.rank.blocks import Block, PartBlock
from jakscreen.rank.guidance import PRESUMED, examples_of
from jakscreen.rank.labelled import Labelled
from jakscreen.rank.learners import LEARNERS
from jakscreen.rank.metrics import loss, measure, ndcg
from jakscreen.rank.simulation import Start, parse_start, replay, simulate

DRUGS = ("tofacitinib", "ruxolitinib", "baricitinib", "steroids")
TEXTS = [
    ReportText(
        f"{DRUGS[n % 4]} for {'alopecia areata' if n % 3 else 'asthma'} trial {n}",
        f"Regrowth of hair {n % 7} and {DRUGS[n % 3]} in {'adults' if n % 2 else 'children'}; cohort{n % 5} safety.",
        ("Adult", "Alopecia Areata") if n % 3 else ("Child", "Asthma"),
        (f"Name{n % 6} A",),
    )
    for n in range(60)
]
LABELS = np.array([int(n % 3 > 0 and n % 4 == 1) for n in range(60)])


def pool() -> Features:
    return extract(dict(enumerate(TEXTS)))


def votes(rows: list[int]) -> Examples:
    at = np.array(rows)
    return Examples(at, LABELS[at] == 1, np.ones(len(at)))


class TestBlocks:
    @pytest.mark.parametrize(("name", "field"), [("words", "all"), ("title", "title")])
    def test_words_equal_scikit_learn(self, name: str, field: str) -> None:
        """TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=.95), scikit-learn, to float32."""
        texts = [t.title if field == "title" else f"{t.title} {t.abstract}" for t in TEXTS]
        theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
        at = np.arange(60)
        assert np.abs(pool().block(name).gram(at, at) - (theirs @ theirs.T).toarray()).max() < 1e-5

    def test_rows_of_every_block_have_length_one(self) -> None:
        for name in ("words", "title", "parts", "headings", "diffusion"):
            for row in (0, 17):
                assert pool().block(name).gram(np.array([row]), np.array([row]))[0, 0] == pytest.approx(1, abs=1e-4)

    def test_a_machine_may_read_the_journal_though_no_learner_does(self) -> None:
        found = extract({n: ReportText(f"trial{n}", journal=("J Derm", "Lung")[n % 2]) for n in range(6)})
        learnt = machines.Machine(found, {"journal": 1.0}, cost=0.11, ratio=9.8).learn(
            Examples(np.array([0, 1]), np.array([True, False]), np.ones(2))
        )
        assert (learnt.scores[::2] > learnt.scores[1::2]).all()
        direction = found.block("journal").direction(learnt.rows, learnt.coefficients)
        (part,) = found.block("journal").terms(2, direction)
        assert found.term("journal", part[0]) == "j derm"
        assert all("journal" not in recipe.blocks for recipes in LEARNERS.values() for recipe in recipes)

    def test_diffusion_is_the_square_of_the_centred_likeness(self) -> None:
        """numpy on the full matrix: H K H times itself, scaled to one on the diagonal."""
        found, at = pool(), np.arange(60)
        centring = np.eye(60) - 1 / 60
        centred = centring @ found.block("words").gram(at, at) @ centring
        squared = centred @ centred
        length = np.sqrt(np.diag(squared))
        expected = squared / length / length[:, None]
        assert np.abs(found.block("diffusion").gram(at, at) - expected).max() < 1e-4

    @pytest.mark.parametrize("name", ["words", "title", "parts", "headings", "authors", "diffusion"])
    def test_scores_of_a_direction_are_sums_of_products(self, name: str) -> None:
        block, rows = pool().block(name), np.array([3, 8, 21])
        weights = np.array([0.5, -1.0, 2.0])
        others = np.array([1, 30, 59])
        expected = block.gram(others, rows) @ weights
        assert block.scores(block.direction(rows, weights))[others] == pytest.approx(expected, abs=1e-4)

    def test_inflected_words_share_parts(self) -> None:
        found = extract({1: "inhibitor", 2: "inhibitors", 3: "asthma"})
        assert isinstance(found.block("parts"), PartBlock)
        near = found.block("parts").gram(np.array([0]), np.array([1, 2]))[0]
        assert near[0] > 0.5 > near[1]

    def test_a_guiding_text_changes_no_feature_of_the_reports(self) -> None:
        alone, guided = pool(), extract(dict(enumerate(TEXTS)), guides=["ruxolitinib and new words"])
        at = np.arange(60)
        for name in ("words", "parts", "diffusion"):
            near = alone.block(name).gram(at[:5], at) - guided.block(name).gram(at[:5] + 1, at + 1)
            assert np.abs(near).max() < 1e-5


class TestTokens:
    def test_a_refresh_gives_what_reading_all_again_would(self) -> None:
        old = tokenise({n: text for n, text in enumerate(TEXTS) if n % 4})
        both = joined(old, tokenise({n: text for n, text in enumerate(TEXTS) if not n % 4}))
        afresh = tokenise(dict(enumerate(TEXTS)))
        assert all(np.array_equal(to_arrays(both)[key], value) for key, value in to_arrays(afresh).items())

    def test_a_removed_report_leaves_no_word(self) -> None:
        left = without(tokenise({1: "hair", 2: "lung"}), [2])
        assert (left.ids.tolist(), left.vocabulary) == ([1], ("hair",))

    def test_arrays_go_through_a_file_without_pickle(self, tmp_path: Path) -> None:
        made = tokenise({5: ReportText("斑秃", "Hair loss", ("Alopecia",), ("李",), "J Derm"), 9: ""})
        np.savez(tmp_path / "tokens.npz", **to_arrays(made))  # type: ignore[arg-type] # numpy's stub
        with np.load(tmp_path / "tokens.npz", allow_pickle=False) as file:
            again = from_arrays(dict(file))
        assert (again.vocabulary, again.names) == (made.vocabulary, made.names)
        assert again.stream.tolist() == made.stream.tolist()

    def test_damaged_or_foreign_arrays_are_an_error(self) -> None:
        arrays = to_arrays(tokenise({1: "hair loss"}))
        with pytest.raises(ValueError, match="damaged"):
            from_arrays(arrays | {"stream": arrays["stream"][:1]})
        with pytest.raises(ValueError, match="another version"):
            from_arrays(arrays | {"version": np.array([99])})


class TestLearners:
    def test_elas_solves_what_liblinear_solves(self) -> None:
        """sklearn.svm.LinearSVC(C=.11, tol=1e-10) with ELAS u4's weights (ratio 9.8), scores to 1e-4."""
        rows = [1, 5, 0, 2, 3, 6, 9, 12]
        y = LABELS[rows]
        weights = np.where(y == 1, 1.0, y.sum() / (9.8 * (1 - y).sum()))
        weights *= len(y) / weights.sum()
        texts = [f"{t.title} {t.abstract}" for t in TEXTS]
        matrix = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=0.95).fit_transform(texts)
        theirs = LinearSVC(C=0.11, tol=1e-10, dual=True, max_iter=10**6, random_state=0)
        theirs.fit(matrix[rows], y, sample_weight=weights)
        found = make_learner("elas", pool()).learn(votes(rows)).scores
        unread = np.setdiff1d(np.arange(60), rows)
        assert found[unread] == pytest.approx(theirs.decision_function(matrix)[unread], abs=1e-4)

    @pytest.mark.parametrize("name", ["elas", "single", "fusion"])
    def test_label_by_label_is_as_all_at_once(self, name: str) -> None:
        rows = [1, 0, 5, 2, 13, 3, 6, 9, 12, 15]
        kept = make_learner(name, pool())
        for count in range(2, len(rows) + 1):
            found = kept.learn(votes(rows[:count])).scores
        assert found == pytest.approx(make_learner(name, pool()).learn(votes(rows)).scores, abs=2e-4)

    def test_kernels_by_passes_give_the_same_scores(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = [*range(0, 60, 2)]
        expected = make_learner("single", pool())
        for count in (10, 20, 30):
            stepwise = expected.learn(votes([1, *rows[:count]])).scores
        monkeypatch.setattr(machines, "DENSE", 5)
        monkeypatch.setattr(machines, "COLUMNS", 0)
        found = make_learner("single", pool()).learn(votes([1, *rows])).scores
        unread = np.setdiff1d(np.arange(60), [1, *rows])
        assert found[unread] == pytest.approx(stepwise[unread], abs=2e-4)

    def test_an_unknown_learner_names_the_known(self) -> None:
        with pytest.raises(UnknownLearnerError) as caught:
            make_learner("forest", pool())
        assert caught.value.hint == "one of: elas, single, fusion"

    def test_a_mixed_pool_ranks_across_scripts(self) -> None:
        records = {
            1: Record(title="Tofacitinib for alopecia areata", translated_title="托法替布治疗斑秃", id=1),
            2: Record(title="托法替布治疗斑秃的疗效观察", abstract="斑秃患者口服托法替布。", id=2),
            3: Record(title="托法替布治療斑禿的療效觀察", abstract="斑禿患者口服托法替布。", id=3),
            4: Record(title="支气管哮喘患儿的吸入治疗", abstract="哮喘患儿吸入激素。", id=4),
            5: Record(title="Inhaled steroids in asthma", abstract="Children with asthma inhaled steroids.", id=5),
            6: Record(title="Tofacitinib regrowth in alopecia", abstract="Hair regrowth.", id=6),
        }
        texts = {n: report_fields([record]) for n, record in records.items()}
        for learner in ("elas", "single", "fusion"):
            found = rank(texts, {1: 1, 5: 0}, learner=learner)
            assert set(found.order[:4]) == {1, 2, 3, 6}
            assert found.scores[2] == pytest.approx(found.scores[3], abs=1e-5)

    def test_words_lead_until_a_few_relevant_are_known(self) -> None:
        """Of three machines two reach half their weight at five relevant reports: n / (n + 5) beside 1."""
        features, relevant = pool(), np.flatnonzero(LABELS)
        for known, led in ((1, 1 / (1 + 2 / 6)), (5, 1 / 2), (10, 1 / (1 + 2 * 10 / 15))):
            found = make_learner("fusion", features).learn(votes([*relevant[:known].tolist(), 0, 3, 6]))
            unread = np.setdiff1d(np.arange(len(LABELS)), found.machines[0].rows)
            spread = [s * m.scores[unread].std() for s, m in zip(found.shares, found.machines, strict=True)]
            assert spread == pytest.approx([led, (1 - led) / 2, (1 - led) / 2], rel=1e-9)


class TestGuidance:
    def test_guesses_fade_as_votes_come(self) -> None:
        guided = extract(dict(enumerate(TEXTS)), guides=["alopecia"])
        first, later = examples_of(guided, {}), examples_of(guided, {1: 1, 5: 1, 0: 0, 3: 0})
        assert first is not None
        assert later is not None
        assert (first.relevant.sum(), len(first.rows)) == (1, 61)
        assert first.weight[first.relevant].sum() == 1
        guide = later.rows.tolist().index(0)
        assert later.weight[guide] == pytest.approx(1 / 3)
        assert later.weight[later.rows == 1 + 1] == 1

    @pytest.mark.parametrize("reports", [30, 300])
    @pytest.mark.parametrize("learner", ["single", "fusion"])
    def test_a_few_votes_overrule_a_question_for_something_else(self, reports: int, learner: str) -> None:
        """The question asks for asthma, five votes include alopecia, ten exclude asthma and diabetes."""
        subjects = ("alopecia areata hair regrowth scalp", "asthma inhaled wheeze lung", "diabetes insulin glucose")
        noise = np.random.default_rng(0).integers(300, size=(reports, 40))
        texts = {
            n: ReportText(f"{subjects[n % 3]} {n}", " ".join(f"word{w}" for w in noise[n])) for n in range(reports)
        }
        asked = "inhaled drugs in asthma: wheeze and lung function"
        told = {n: int(n % 3 == 0) for n in range(15)}
        first, later = (rank(texts, votes, query_text=asked, learner=learner).order for votes in ({}, told))
        unread = [n for n in later if n not in told]
        wanted = reports // 3
        assert {n % 3 for n in first[:wanted]} == {1}
        assert sum(n % 3 == 0 for n in unread[: wanted - 5]) >= 0.95 * (wanted - 5)

    def test_at_most_a_hundred_are_presumed_irrelevant(self) -> None:
        many = extract({n: f"alopecia {n}" for n in range(150)}, guides=["alopecia"])
        found = examples_of(many, {})
        assert found is not None
        assert int((~found.relevant).sum()) == PRESUMED == 100

    def test_seed_studies_stand_in_for_includes(self) -> None:
        found = rank(dict(enumerate(TEXTS)), {}, seeds=[1])
        assert found.basis == "question"
        assert found.order[0] == 1


class TestMetrics:
    def test_equal_to_asreview(self) -> None:
        """asreview 3.0.8, asreview.metrics.loss and .ndcg of [0,1,0,0,1,1,0,0,0,1,0,0]."""
        labels = [0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0]
        assert loss(labels) == pytest.approx(0.40625, abs=1e-12)
        assert ndcg(labels) == pytest.approx(0.6492233278282461, abs=1e-12)

    def test_one_kind_of_label_has_no_figures(self) -> None:
        with pytest.raises(ValueError, match="relevant and irrelevant"):
            measure([0, 0])


class TestReplay:
    def review(self) -> Labelled:
        return Labelled("hair", tuple(TEXTS), tuple(LABELS.tolist()))

    def test_priors_are_drawn_as_the_peer_protocol_says(self) -> None:
        rng = np.random.default_rng(1002)
        drawn = [*rng.choice(np.where(LABELS == 1)[0], 1, False), *rng.choice(np.where(LABELS == 0)[0], 5, False)]
        run = replay(self.review(), "elas", 2, Start())
        assert list(run.priors) == drawn
        assert sorted([*run.priors, *run.order]) == list(range(60))
        assert run.labels == tuple(LABELS[list(run.order)].tolist())

    def test_the_same_seed_gives_the_same_order(self) -> None:
        assert replay(self.review(), "fusion", 0, Start()) == replay(self.review(), "fusion", 0, Start())

    def test_a_question_finds_what_it_asks_for_at_once(self) -> None:
        run = replay(self.review(), "fusion", 0, Start(0, 0, question=True), "ruxolitinib for alopecia areata")
        assert (run.priors, run.metrics.first_relevant) == ((), 1)

    def test_nothing_known_begins_by_chance(self) -> None:
        first = {replay(self.review(), "single", seed, Start(0, 0)).order[0] for seed in range(4)}
        assert len(first) > 1

    def test_files_packed_or_plain_give_the_same(self, tmp_path: Path) -> None:
        lines = ["title,abstract,keywords,authors,label_included"]
        lines += [
            f'{t.title},"{t.abstract}",{"; ".join(t.keywords)},{t.authors[0]},{label}'
            for t, label in zip(TEXTS, LABELS, strict=True)
        ]
        plain, packed = tmp_path / "hair.csv", tmp_path / "hair.csv.gz"
        plain.write_text("\n".join(lines), encoding="utf-8")
        packed.write_bytes(gzip.compress("\n".join(lines).encode()))
        found = simulate([plain], learner="single", seeds=1)
        assert simulate([packed], learner="single", seeds=1) == found
        assert found.runs == (replay(self.review(), "single", 0, Start()),)
        with pytest.raises(UsageError, match="are both called hair"):
            simulate([plain, packed], learner="single", seeds=1)
        assert found.summary["loss"] == pytest.approx(found.runs[0].metrics.loss)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("title,abstract\nx,y\n", "no column label_included"),
            ("title,abstract,label_included\nx,y,maybe\n", "record 1 has the label 'maybe'"),
            ("title,abstract,label_included\nx,y,1\nz,y,0\n", "1 relevant of 2 records; a replay from 1[+]5"),
            ("", "no record in it"),
        ],
    )
    def test_a_bad_file_is_one_clear_sentence(self, tmp_path: Path, text: str, said: str) -> None:
        path = tmp_path / "bad.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            simulate([path])

    @pytest.mark.parametrize("text", ["", "1", "0+5", "1+0", "questions", "+"])
    def test_an_unknown_start_is_an_error(self, text: str) -> None:
        with pytest.raises(UsageError, match=r"before the first record"):
            parse_start(text)


def test_a_block_drops_pairs_that_one_report_has() -> None:
    block = extract({1: "hair loss", 2: "hair", 3: "asthma"}).block("words")
    assert isinstance(block, Block)
    assert block.matrix.shape == (3, 3)
    assert block.own[0] > 0 == block.own[1]
