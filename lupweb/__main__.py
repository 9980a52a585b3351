"""python -m lupweb"""

from lupweb.cli import main

main(prog_name="lupweb")
