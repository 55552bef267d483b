"""gallery/consignment."""
