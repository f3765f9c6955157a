"""The inner loops as machine code: plain arithmetic in a fixed order, without fast-math, so every machine agrees.

This module is imported where a loop is needed, because compiling takes a second or two.
"""

# A compiled loop knows its types from its arguments.
# mypy: disable-error-code="no-untyped-def,untyped-decorator,no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numba


@numba.njit
def fold_in(starts, terms, counts, words, prior, limit, shares):
    """Shares of the topics in each row, written into ``shares``; see `textgov.topics.assign`.

    ``starts``, ``terms``, ``counts`` are those of a sparse matrix, ``words`` is V x K, ``limit`` the change at which to
    stop and the largest number of rounds.
    """
    size = len(prior)
    tolerance, rounds = limit
    new, old = prior.copy(), prior.copy()
    for row in range(len(starts) - 1):
        _set_rate(old, prior)
        for _ in range(rounds):
            for k in range(size):
                new[k] = prior[k]
            for at in range(starts[row], starts[row + 1]):
                word = terms[at]
                likely = 0.0
                for k in range(size):
                    likely += old[k] * words[word, k]
                if likely > 0.0:
                    times = counts[at] / likely
                    for k in range(size):
                        new[k] += times * old[k] * words[word, k]
            _set_rate(new, new)
            change = 0.0
            for k in range(size):
                change += abs(new[k] - old[k])
                old[k] = new[k]
            if change < tolerance:
                break
        for k in range(size):
            shares[row, k] = old[k]


@numba.njit
def _set_rate(into, weights):
    """Weights as shares of their sum."""
    total = 0.0
    for k in range(len(weights)):
        total += weights[k]
    for k in range(len(weights)):
        into[k] = weights[k] / total


@numba.njit
def expected_words(starts, terms, counts, words, shares, found):
    """Add to ``found`` (V x K) the words of some rows, each divided among the topics it is expected from."""
    size = words.shape[1]
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1]):
            word = terms[at]
            likely = 0.0
            for k in range(size):
                likely += shares[row, k] * words[word, k]
            if likely > 0.0:
                for k in range(size):
                    found[word, k] += counts[at] * shares[row, k] * words[word, k] / likely


@numba.njit
def first_topics(tokens, starts, shares, words, uniform, topic_of):
    """A topic for each word, drawn from the shares of its row and the words of the topics."""
    size = words.shape[1]
    running = words[0].copy()
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1]):
            total = 0.0
            for k in range(size):
                total += shares[row, k] * words[tokens[at], k]
                running[k] = total
            topic_of[at] = _place(running, size, uniform[at] * total)


@numba.njit
def _place(running, size, target):
    """First place at which a running sum is above ``target``."""
    at = 0
    while at < size - 1 and running[at] <= target:
        at += 1
    return at


@numba.njit
def _weigh(k, n_seeded, totals, width, priors, factor, scale):
    """What all plain words of a topic have in common: 1 / (n + V beta), for a seeded topic times their probability.

    ``scale`` is the probability of a seed word, estimated with the uniform density Beta(1, 1). ``held``, at most 1,
    keeps plain words back.
    """
    plain_total, keyed_total = totals
    beta, held = priors
    factor[k] = 1.0 / (plain_total[k] + width * beta)
    if k < n_seeded:
        scale[k] = (keyed_total[k] + 1.0) / (plain_total[k] + keyed_total[k] + 2.0)
        factor[k] *= (1.0 - scale[k]) * held[k]


@numba.njit
def sweep(tokens, starts, uniform, state, counts, keys, priors, shut):
    """Draw the topic of every word once, given all others; see `textgov.topics.gibbs`.

    ``shut`` (rows x seeded topics) is true where a seeded topic may not stand; it has no rows where it may everywhere.
    """
    topic_of, seeded_of = state
    in_row, plain, plain_total, keyed, keyed_total = counts
    is_key, any_key, key_sizes = keys
    alpha, beta, beta_key, held = priors
    size, n_seeded, width = plain.shape[1], keyed.shape[1], plain.shape[0]
    factor, scale, running, running_key = alpha.copy(), alpha.copy(), alpha.copy(), alpha.copy()
    totals, rates = (plain_total, keyed_total), (beta, held)
    for k in range(size):
        _weigh(k, n_seeded, totals, width, rates, factor, scale)
    limited = len(shut) > 0
    for row in range(len(starts) - 1):
        here = in_row[row]
        for at in range(starts[row], starts[row + 1]):
            word, old = tokens[at], topic_of[at]
            rows = plain[word]
            _count(old, -1.0, seeded_of[at], (here, rows, keyed[word]), totals)
            _weigh(old, n_seeded, totals, width, rates, factor, scale)
            total = 0.0
            if any_key[word]:
                for k in range(n_seeded):
                    if is_key[word, k]:
                        share = (keyed[word, k] + beta_key) / (keyed_total[k] + key_sizes[k] * beta_key)
                        total += (here[k] + alpha[k]) * scale[k] * share
                    running_key[k] = total
            seeded_mass = total
            for k in range(size):
                if not (limited and k < n_seeded and shut[row, k]):
                    total += (here[k] + alpha[k]) * (rows[k] + beta) * factor[k]
                running[k] = total
            target = uniform[at] * total
            seeded = target < seeded_mass
            new = _place(running_key, n_seeded, target) if seeded else _place(running, size, target)
            _count(new, 1.0, seeded, (here, rows, keyed[word]), totals)
            _weigh(new, n_seeded, totals, width, rates, factor, scale)
            topic_of[at] = new
            seeded_of[at] = seeded


@numba.njit
def _count(k, step, seeded, tables, totals):
    """Put a word into topic ``k`` (``step`` 1) or take it out (-1)."""
    here, rows, keyed = tables
    plain_total, keyed_total = totals
    here[k] += step
    if seeded:
        keyed[k] += step
        keyed_total[k] += step
    else:
        rows[k] += step
        plain_total[k] += step
