# SPDX-License-Identifier: Apache-2.0
"""Wrong input of every kind: a documented exit code, one line, nothing left behind."""
import gzip
import json
import os
import shutil
import subprocess
import unittest

from program import TINY, ProgramTest, idx

FASHION = "/usr/share/datasets/fashion-mnist"


class BadOptions(ProgramTest):
    def refused_run(self, code, *arguments, says, **options):
        self.refused(code, "run", *TINY, "--out", "out", *arguments, says=says, **options)
        self.assertFalse(os.path.exists(self.path("out")), arguments)

    def test_values_out_of_range(self):
        for arguments, says in (
                (["--batch", "0"], "--batch is out of range"),
                (["--batch", "-3"], "--batch is out of range"),
                (["--steps", "-3"], "--steps is out of range"),
                (["--steps", "0", "--epochs", "0"], "--epochs is out of range"),
                (["--sparsity", "1"], "sparsity is out of range"),
                (["--sparsity", "1.5"], "sparsity is out of range"),
                (["--sparsity", "-0.1"], "sparsity is out of range"),
                (["--sparsity", "nan"], "--sparsity takes a number"),
                (["--block", "0"], "--block takes sides from 1"),
                (["--block", "8x"], "--block takes sides from 1"),
                (["--scheme", "int4-bsr", "--block", "1000"], "block"),
                (["--scheme", "linear-bsr", "--block", "100000"], "block"),
                (["--dim", "0"], "dim"),
                (["--depth", "-1"], "depth"),
                (["--patch", "5"], "patch"),
                (["--seed", "-1"], "--seed is out of range"),
                (["--lr", "0"], "--lr is out of range"),
                (["--lr", "inf"], "--lr takes a number"),
                (["--workspace-bytes", "0"], "--workspace-bytes is out of range"),
                (["--workspace-bytes", "64MiBB"], "--workspace-bytes"),
                (["--steps", "two"], "--steps takes a whole number"),
                (["--steps", "99999999999999999999"], "--steps takes a whole number"),
                (["--batch", "65"], "a batch is larger than the training set")):
            with self.subTest(arguments):
                self.refused_run(2, *arguments, says=says)

    def test_unknown_names_come_with_the_nearest(self):
        for arguments, says in (
                (["--scheme", "int4bsr"], "did you mean int4-bsr?"),
                (["--scheme", "zzzzzzzz"], "dense, linear-bsr, exact"),
                (["--model", "resmlp_s11"], "did you mean resmlp_s12?"),
                (["--data", "mnist"], "fashion-mnist"),
                (["--device", "gpu"], "cpu or cuda"),
                (["--dtype", "fp16"], "fp32 or bf16"),
                (["--dtype", "fp64"], "fp32 or bf16"),
                (["--trace", "loud"], "off, ledger, timeline"),
                (["--select", "best"], "panel"),
                (["--stepz", "2"], "did you mean --steps?"),
                (["--nope", "2"], "--weight-decay"),
                (["stray"], "unexpected argument 'stray'"),
                (["--steps"], "--steps needs a value"),
                (["--scheme", "exact", "--slot", "blocks.*.q=int8"], "matches no slot"),
                (["--scheme", "exact", "--slot", "blocks.*.h=int3"], "not a store"),
                (["--scheme", "exact", "--slot", "blocks.*.x=drop"], "slot x cannot be dropped")):
            with self.subTest(arguments):
                self.refused_run(2, *arguments, says=says)

    def test_commands(self):
        self.refused(2, says="no command given [there are run, eval, sweep, footprint, plan, compare, gate, history, report")
        self.refused(2, "sweeep", says="unknown command 'sweeep'")
        self.refused(2, "rum", says="did you mean run?")
        self.refused(2, "--bogus", says="unknown option --bogus")
        self.refused(2, "compare", "a", says="B is required")
        self.refused(2, "report", "a", "--format", "pdf", says="text, md, html or csv")
        self.refused(2, "footprint", "--dtype", "fp12", says="fp32")

    def test_cuda_where_there_is_none(self):
        code, out, _ = self.call("doctor", "--json")
        self.assertEqual(code, 0)
        cuda = [f for f in json.loads(out)["findings"] if f["name"] == "kernels cuda"][0]
        if cuda["is_usable"]:
            self.skipTest("a CUDA device is here")
        self.refused_run(4, "--device", "cuda", says="device cuda was asked for")


class BadFiles(ProgramTest):
    def refused_run(self, code, *arguments, says):
        self.refused(code, "run", "--dim", "32", "--depth", "2", "--steps", "1", "--batch", "8",
                     "--out", "out", *arguments, says=says)
        self.assertFalse(os.path.exists(self.path("out")), arguments)

    def test_missing_data(self):
        self.refused_run(3, "--data-dir", self.path("none"), says="Fashion-MNIST is not there")
        for name in ("cifar10", "cifar100"):
            self.refused_run(3, "--data", name, says="--data-dir")
            self.refused_run(3, "--data", name, "--data-dir", "none", says="is not there")

    @unittest.skipUnless(os.path.isdir(FASHION), "Fashion-MNIST is not installed")
    def test_damaged_data(self):
        images = "t10k-images-idx3-ubyte.gz"
        for damage, says in (("truncated", "truncated"), ("labels", "not an IDX file"),
                             ("text", "IDX")):
            with self.subTest(damage):
                shutil.rmtree(self.path("data"), ignore_errors=True)
                os.mkdir(self.path("data"))
                for name in os.listdir(FASHION):
                    os.symlink(os.path.join(FASHION, name), self.path("data", name))
                os.remove(self.path("data", images))
                with open(os.path.join(FASHION, images), "rb") as file:
                    whole = file.read()
                with open(self.path("data", images), "wb") as file:
                    if damage == "truncated":
                        file.write(whole[:len(whole) // 2])
                    elif damage == "labels":
                        file.write(gzip.compress(b"\0\0\x08\x01" + b"\0" * 16))
                    else:
                        file.write(b"<html>404</html>")
                self.refused_run(3, "--data-dir", "data", says=says)

    def test_wrong_bytes_instead_of_cifar(self):
        os.mkdir(self.path("data"))
        for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
            with open(self.path("data", name), "wb") as file:
                file.write(b"\0" * 3000)
        self.refused_run(3, "--data", "cifar10", "--data-dir", "data", says="truncated or not CIFAR")

    def test_damaged_idx_files(self):
        def write(train_images, train_labels=idx(0x801, 2, data=b"\1\2")):
            shutil.rmtree(self.path("data"), ignore_errors=True)
            os.mkdir(self.path("data"))
            good = idx(0x803, 2, 28, 28, data=b"\0" * 2 * 784)
            for name, content in (("train-images-idx3-ubyte", train_images), ("train-labels-idx1-ubyte", train_labels),
                                  ("t10k-images-idx3-ubyte", good), ("t10k-labels-idx1-ubyte", idx(0x801, 2, data=b"\1\2"))):
                with open(self.path("data", name), "wb") as file:
                    file.write(content)

        pixels = b"\0" * 2 * 784
        for what, images, says in (
                ("empty", b"", "shorter than an IDX header"),
                ("header alone", idx(0x803, 2, 28, 28), "truncated"),
                ("cut", idx(0x803, 2, 28, 28, data=pixels[:-1]), "truncated"),
                ("longer", idx(0x803, 2, 28, 28, data=pixels + b"x"), "trailing bytes"),
                ("labels", idx(0x801, 2, data=b"\1\2" + b"\0" * 20), "not an IDX file of bytes with 3 dimensions"),
                ("floats", idx(0xD03, 2, 28, 28, data=pixels), "not an IDX file"),
                ("more than there is", idx(0x803, 0x7FFFFF, 28, 28, data=pixels), "absurd"),
                ("overflow", idx(0x803, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, data=pixels), "absurd"),
                ("a count too many", idx(0x803, 3, 28, 28, data=pixels), "truncated")):
            with self.subTest(what):
                write(images)
                self.refused_run(3, "--data-dir", "data", says=says)
        good = idx(0x803, 2, 28, 28, data=pixels)
        for what, labels, says in (
                ("other count", idx(0x801, 3, data=b"\1\2\3"), "labels"),
                ("no class", idx(0x801, 2, data=b"\1\12"), "label 10 is out of range"),
                ("cut", idx(0x801, 2, data=b"\1"), "truncated")):
            with self.subTest(what):
                write(good, labels)
                self.refused_run(3, "--data-dir", "data", says=says)

    def test_damaged_cifar_files(self):
        record = {"cifar10": b"\3" + b"\0" * 3072, "cifar100": b"\0\3" + b"\0" * 3072}
        files = {"cifar10": [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"],
                 "cifar100": ["train.bin", "test.bin"]}
        for name, names in files.items():
            good = record[name]
            last_label = good.rindex(b"\3")
            for what, content, says in (
                    ("empty", b"", "truncated or not CIFAR"),
                    ("cut", good * 2 + good[:100], "truncated or not CIFAR"),
                    ("other set's", record["cifar100" if name == "cifar10" else "cifar10"], "truncated or not CIFAR"),
                    ("no class", good[:last_label] + b"\xff" + good[last_label + 1:], "label 255 is out of range")):
                with self.subTest(f"{name}: {what}"):
                    shutil.rmtree(self.path("data"), ignore_errors=True)
                    os.mkdir(self.path("data"))
                    for file_name in names:
                        with open(self.path("data", file_name), "wb") as file:
                            file.write(good * 8 if file_name != names[-1] else content)
                    self.refused_run(3, "--data", name, "--data-dir", "data", says=says)

    def test_wrong_weights_and_config(self):
        for option in ("--weights", "--config"):
            self.refused_run(3, "--data", "synthetic", option, "none", says="no such file")
            self.refused_run(3, "--data", "synthetic", option, "/etc/hostname", says="/etc/hostname")
            self.refused_run(3, "--data", "synthetic", option, self.folder, says=self.folder)
        with open(self.path("config.json"), "w", encoding="utf-8") as file:
            json.dump({"schema": {"name": "actscope.config", "version": "1.0.0"}, "batsh": 4}, file)
        self.refused_run(3, "--config", "config.json", says="did you mean batch?")

    def test_reports(self):
        self.refused(3, "report", "none", says="no such file")
        self.refused(3, "compare", "none", "none", says="no such file")
        for text in ("", "{", "[]", "{}", "[" * 100000, '{"schema": 1}',
                     '{"schema": {"name": "actscope.run", "version": "1.0.0"}}',
                     '{"schema": {"name": "actscope.run", "version": "99.0.0"}}'):
            with open(self.path("report.json"), "w", encoding="utf-8") as file:
                file.write(text)
            self.refused(3, "report", "report.json", says="report.json")
            code, out, err = self.call("validate", "report.json")
            self.assertEqual((code, out.count("\n"), err.count("\n")), (1, 1, 1), text[:40])
            self.assertIn("invalid: report.json", out)
        code, out, err = self.call("validate", "report.json", "none")
        self.assertEqual((code, out.count("\n"), err.count("\n")), (3, 2, 1))


class BadFolders(ProgramTest):
    def test_output_folder(self):
        os.mkdir(self.path("used"))
        for name in ("used/mine", "file"):
            with open(self.path(name), "w", encoding="utf-8") as file:
                file.write("mine")
        self.refused(4, "run", *TINY, "--out", "used", says="it is not empty")
        self.refused(4, "run", *TINY, "--out", "file", says="it is not a folder")
        self.refused(4, "run", *TINY, "--out", "file/below", says="is not a folder")
        self.refused(4, "run", *TINY, "--out", "/proc/actscope/out", says="cannot use the output")
        self.refused(2, "run", *TINY, "--out", "used", "--force", "--resume", says="exclude")
        self.refused(3, "run", *TINY, "--out", "used", "--resume", says="no checkpoint")
        self.refused(4, "run", *TINY, "--out", "used", "--force", says="cannot start over in used")
        self.assertEqual(self.names(), ["file", "used"])
        self.assertEqual(self.names("used"), ["mine"])

    def test_folder_without_permission(self):
        os.mkdir(self.path("locked"), 0o555)
        if os.access(self.path("locked"), os.W_OK):
            self.skipTest("this user may write anywhere")
        self.refused(4, "run", *TINY, "--out", "locked/out", says="Permission denied")
        self.refused(4, "run", *TINY, "--save-weights", "locked/w", says="Permission denied")

    def test_weights_that_could_not_be_written_are_told_first(self):
        self.refused(4, "run", *TINY, "--save-weights", "none/w", says="does not exist")
        self.refused(4, "run", *TINY, "--save-weights", ".", says="it is a folder")

    def test_refused_run_leaves_an_earlier_one_alone(self):
        self.succeed("run", *TINY, "--out", "out", "--quiet")
        before = self.report("out")
        self.refused(2, "run", *TINY, "--out", "out", "--force", "--batch", "65", says="batch")
        self.assertEqual(self.report("out"), before)

    def test_full_disk(self):
        # A file may grow to 1 KiB: no report fits.
        self.refused(4, "run", *TINY, "--out", "a/b", "--quiet", file_limit_bytes=1024,
                     says="cannot write a/b/report.json")
        self.assertEqual(self.names(), [])
        # A report fits, a checkpoint does not.
        code, _, err = self.call("run", *TINY, "--steps", "4", "--checkpoint-every", "1", "--out",
                                 "out", "--quiet", file_limit_bytes=64 * 1024)
        self.assertEqual((code, err.count("\n")), (4, 1), err)
        self.assertIn("cannot write out/checkpoint.safetensors", err)
        self.assertEqual(self.names("out"), ["report.json"])
        self.assertEqual(self.report("out")["status"], "failed")
        self.assertIn("checkpoint.safetensors", self.report("out")["status_reason"])

    def test_full_small_disk(self):
        os.mkdir(self.path("disk"))
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs",
                                  self.path("disk")], capture_output=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here")
        self.addCleanup(subprocess.run, ["umount", self.path("disk")], check=False)
        self.refused(4, "run", *TINY, "--out", "disk/out", "--quiet", says="No space left")
        self.assertEqual(self.names("disk"), [])

    def test_full_standard_output(self):
        for arguments in (["--version"], ["doctor"], ["footprint"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                code, _, err = self.call(*arguments, stdout=full)
            self.assertEqual((code, err.count("\n")), (4, 1), arguments)


if __name__ == "__main__":
    unittest.main()
