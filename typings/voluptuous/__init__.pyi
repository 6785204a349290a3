# Home Assistant 2026.9 and later put probatio in the place of voluptuous when they start
# (homeassistant/__init__.py), so this is what `import voluptuous` means to a type checker.
from probatio import *
