"""A run's generator as an ONNX file: encoding inside, and checked against the original."""

from saddle.export.onnx import Exported, export

__all__ = ["Exported", "export"]
