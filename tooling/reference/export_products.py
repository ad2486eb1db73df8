"""The products of a folder of the benchmark (`apps/bench/src/works/folder.ts`) as ONNX files: inputs `a` and `b`, output `c`.

    python export_products.py FOLDER

A product of two matrices is a Gemm; more of them at once are transposed and multiplied, as exporters write it.
"""

import json
import sys
from pathlib import Path

from onnx import TensorProto, checker, helper, save


def nodes(work):
    flags = [work["transposeA"], work["transposeB"]]
    rank = len(work["a"]["shape"])
    if rank == 2:
        return [helper.make_node("Gemm", ["a", "b"], ["c"], transA=int(flags[0]), transB=int(flags[1]))]
    made, operands = [], []
    for name, transposed in zip("ab", flags):
        operands.append(f"{name}_t" if transposed else name)
        if transposed:
            axes = [*range(rank - 2), rank - 1, rank - 2]
            made.append(helper.make_node("Transpose", [name], [f"{name}_t"], perm=axes))
    return [*made, helper.make_node("MatMul", operands, ["c"])]


def main():
    folder = Path(sys.argv[1])
    for name, work in json.loads((folder / "works.json").read_text()).items():
        if work["kind"] != "product":
            continue
        inputs = [helper.make_tensor_value_info(x, TensorProto.FLOAT, work[x]["shape"]) for x in "ab"]
        output = helper.make_tensor_value_info("c", TensorProto.FLOAT, [None] * len(work["a"]["shape"]))
        graph = helper.make_graph(nodes(work), "product", inputs, [output])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
        checker.check_model(model)
        save(model, folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
