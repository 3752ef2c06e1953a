"""Build-stage static asset pipeline: sources in, an immutable release with a manifest out."""

__version__ = "0.1.0"
