"""A desk for programs in any language: real HTTP, and paths beside the API's by which tests arrange what happens."""
