"""The least that Flask can answer, on the same server: what everything else is compared with."""

from flask import Flask

app = Flask(__name__)
PAGE = "<!doctype html><title>.</title>"


@app.get("/")
def empty() -> str:
    return PAGE
