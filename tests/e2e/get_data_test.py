"""scripts/get_data.sh with our own mirror."""

import functools
import gzip
import http.server
import os
import re
import subprocess
import threading

import common

NAMES = [
    f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
]


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves gzipped MNIST, and resumes in the middle of a file on request."""

    def do_GET(self):
        name = self.path.rsplit("/", 1)[-1]
        content = self.server.files[name]
        begin = int(re.match(r"bytes=(\d+)-", self.headers.get("Range", "bytes=0-"))[1])
        self.server.asked.append((name, begin))
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", len(content) - begin)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[begin : self.server.cut.get(name)])

    def log_message(self, *arguments):
        pass


@functools.cache
def gzipped_files():
    return {f"{name}.gz": gzip.compress((common.MNIST / name).read_bytes(), 1) for name in NAMES}


class GetDataTest(common.ProgramTest):
    def setUp(self):
        super().setUp()
        common.need(all((common.MNIST / name).exists() for name in NAMES), "MNIST is not whole")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
        self.server.files, self.server.cut, self.server.asked = gzipped_files().copy(), {}, []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def get(self, code=0):
        """Checks the exit code and returns the output; self.asked lists the requests."""
        self.server.asked.clear()
        environment = {
            name: value for name, value in os.environ.items() if "_proxy" not in name.lower()
        }
        done = subprocess.run(
            [common.ROOT / "scripts/get_data.sh", "mnist", self.folder / "mnist"],
            env=environment | {"GAN_TRAIN_MIRROR": f"http://127.0.0.1:{self.server.server_port}/m"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        self.asked = sorted(self.server.asked)
        return said

    def assert_there(self, *but):
        """Checks that all files except `but` exist with the right bytes, and no others."""
        there = {
            path.name: path.read_bytes()
            for path in (self.folder / "mnist").iterdir()
            if path.is_file()
        }
        self.assertEqual(set(there), set(NAMES) - set(but))
        for name, content in there.items():
            self.assertEqual(content, (common.MNIST / name).read_bytes(), name)

    def test_all_is_fetched_once(self):
        self.assertIn("SHA-256 checked", self.get())
        self.assertEqual(self.asked, sorted((f"{name}.gz", 0) for name in NAMES))
        self.assert_there()
        self.assertFalse((self.folder / "mnist/.part").exists())
        self.get()
        self.assertEqual(self.asked, [])
        # What was spoilt meanwhile is fetched anew, and only that.
        with (self.folder / "mnist" / NAMES[1]).open("r+b") as file:
            file.write(b"spoilt")
        self.get()
        self.assertEqual(self.asked, [(f"{NAMES[1]}.gz", 0)])
        self.assert_there()

    def test_a_cut_download_is_taken_up_where_it_stopped(self):
        name = f"{NAMES[0]}.gz"
        self.server.cut[name] = len(gzipped_files()[name]) // 3
        self.assertIn("could not fetch mnist", self.get(code=1))
        self.assert_there(*NAMES)
        part = self.folder / "mnist/.part" / name
        self.assertEqual(part.stat().st_size, self.server.cut.pop(name))
        begin = part.stat().st_size
        self.get()
        self.assertEqual(
            self.asked, sorted((f"{n}.gz", begin if n == NAMES[0] else 0) for n in NAMES)
        )
        self.assert_there()

    def test_a_file_that_is_not_the_published_one_is_not_kept(self):
        wrong = bytearray((common.MNIST / NAMES[1]).read_bytes())
        wrong[-1] ^= 1
        self.server.files[f"{NAMES[1]}.gz"] = gzip.compress(wrong, 1)
        self.assertIn(f"{NAMES[1]}.gz is not the published file", self.get(code=1))
        self.assertFalse((self.folder / "mnist" / NAMES[1]).exists())
        self.server.files = gzipped_files()
        self.get()
        self.assertNotIn((f"{NAMES[0]}.gz", 0), self.asked)  # which was right
        self.assert_there()


NPM = """#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --pack-destination ] && to=$2; shift; done
cp "$PACKAGE" "$to"
"""


class EmojiTest(common.ProgramTest):
    """scripts/get_data.sh emoji with our own npm."""

    # As the published file has them: on one line, and an image before its category.
    EMOJI = (
        '[{"name":"WAVE","image":"a.png","category":"People & Body","subcategory":"hand",'
        '"skin_variations":{"1F3FB":{"image":"b.png"},"1F3FC":{"image":"c.png"}}},'
        '{"name":"CAT","image":"d.png","category":"Animals & Nature"},'
        '{"name":"NEW","image":"missing.png","category":"Flags"}]'
    )

    def test_pictures_are_sorted_by_category_and_checked(self):
        pictures = self.folder / "package/img/google/64"
        pictures.mkdir(parents=True)
        for name in "abcd":
            (pictures / f"{name}.png").write_bytes(name.encode())
        (self.folder / "package/emoji.json").write_text(self.EMOJI)
        subprocess.run(["tar", "-czf", "emoji.tgz", "package"], cwd=self.folder, check=True)
        npm = self.folder / "bin/npm"
        npm.parent.mkdir()
        npm.write_text(NPM)
        npm.chmod(0o755)
        done = subprocess.run(
            [common.ROOT / "scripts/get_data.sh", "emoji", self.folder / "emoji"],
            env=os.environ
            | {
                "PATH": f"{npm.parent}:{os.environ['PATH']}",
                "PACKAGE": str(self.folder / "emoji.tgz"),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
        )
        there = {
            str(path.relative_to(self.folder / "emoji"))
            for path in (self.folder / "emoji").rglob("*")
            if path.is_file()
        }
        self.assertEqual(
            there,
            {"people-body/a.png", "people-body/b.png", "people-body/c.png", "animals-nature/d.png"},
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("does not hold exactly the published pictures", done.stderr)


if __name__ == "__main__":
    common.main()
