"""The demo portal's markup, `*.html`: one `string.Template` per page shape seen on real portals, all of it our own."""
