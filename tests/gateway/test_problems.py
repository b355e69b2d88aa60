"""Problem documents: stable types, nothing of ours in them."""

from __future__ import annotations

import json

from aiohttp import web

from actionsd_gateway.problems import CONTENT_TYPE, Kind, Problem, problem_of


def test_problem_is_a_document_with_type_title_status_detail_and_id() -> None:
    response = Problem(Kind.TOO_LARGE, "a body may have 9 bytes").respond("r-1")
    assert response.status == 413
    assert response.content_type == CONTENT_TYPE
    assert isinstance(response.body, bytes)
    assert json.loads(response.body) == {
        "type": "urn:actionsd:problem:too-large",
        "title": "The request's body is too large",
        "status": 413,
        "detail": "a body may have 9 bytes",
        "request_id": "r-1",
    }


def test_who_may_try_again_is_told_when() -> None:
    told = {kind for kind in Kind if "Retry-After" in Problem(kind).headers}
    assert told == {Kind.OVERLOADED, Kind.UNAVAILABLE, Kind.QUEUE_TIMEOUT, Kind.STOPPING}


def test_types_are_distinct() -> None:
    assert len({kind.type for kind in Kind}) == len(Kind)


def test_errors_of_the_library_become_problems_without_their_words() -> None:
    problem = problem_of(web.HTTPMethodNotAllowed("PUT", ["GET", "POST"]))
    assert problem.kind is Kind.METHOD_NOT_ALLOWED
    assert problem.headers == {"Allow": "GET,POST"}
    assert problem_of(web.HTTPNotFound()).kind is Kind.NOT_FOUND
    assert problem_of(web.HTTPExpectationFailed()).kind is Kind.MALFORMED
    failed = problem_of(web.HTTPInternalServerError(text="/etc/secret"))
    assert (failed.kind, failed.detail) == (Kind.INTERNAL, Kind.INTERNAL.title)
