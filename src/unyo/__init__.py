"""unyo (運用): an operations ticket desk that speaks the UOM-API."""

__version__ = "0.1.0"
