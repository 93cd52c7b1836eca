"""Why a request that is well-formed is not answered. BentoML makes the HTTP status of `error_code`."""

from http import HTTPStatus

from bentoml.exceptions import BentoMLException


class Refused(BentoMLException):
    """The model does not take it, in its own words."""

    error_code = HTTPStatus.BAD_REQUEST


class UnknownModel(BentoMLException):
    error_code = HTTPStatus.NOT_FOUND


class NotServed(BentoMLException):
    error_code = HTTPStatus.NOT_IMPLEMENTED
