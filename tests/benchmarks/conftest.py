import sys
from pathlib import Path

# The benchmarks are not installed; they are found beside this suite, however pytest was started.
sys.path.insert(0, str(Path(__file__).parents[2]))
