"""Token counts without a request: the texts that count, tokenizer files and their cache, and the libraries that tokenize.

`local_tokenizer` is the public module. The libraries are loaded by the first count.
"""
