"""llama.cpp's part of the bench `beside`: a line with how many tokens and a prompt, answered with tokens and their times."""

import sys
import time

import llama_cpp
import numpy


def main(path, threads):
    model = llama_cpp.Llama(path, n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False)
    print(llama_cpp.__version__, flush=True)
    for line in sys.stdin:
        count, *prompt = map(int, line.split())
        pairs, tokens = [], prompt
        model.reset()
        begin = time.perf_counter_ns()
        while len(pairs) < count:
            model.eval(tokens)
            logits = llama_cpp.llama_get_logits_ith(model.ctx, -1)
            token = int(numpy.ctypeslib.as_array(logits, shape=(model.n_vocab(),)).argmax())
            pairs.append(f"{token}:{time.perf_counter_ns() - begin}")
            tokens = [token]
        print(" ".join(pairs), flush=True)


main(sys.argv[1], int(sys.argv[2]))
