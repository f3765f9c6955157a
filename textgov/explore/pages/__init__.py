"""The pages: one module a part of the site; each takes what was asked and says what is answered."""
