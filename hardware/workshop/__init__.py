"""The workshop: makes and checks the drawings, tables and simulations of hardware/ from circuit.toml and board.toml."""
