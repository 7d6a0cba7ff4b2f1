"""People and animals who act: puppets of flat shapes, posed twelve times a second, with faces that feel and mouths that speak."""

from services.render_worker.craft.puppets.actor import actors
from services.render_worker.craft.puppets.portrait import portrait
from services.render_worker.craft.puppets.role import Speech

__all__ = ["Speech", "actors", "portrait"]
