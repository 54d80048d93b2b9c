#!/usr/bin/env bash
# Writes zips.json: one small JSON file, zipped by those who write zips. By hand, where they all are (Debian: zip, python3,
# default-jdk, golang, mono-mcs, libmono-system-io-compression4.0-cil, p7zip-full, libarchive-tools).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf '{"version":"1.10","note":"schön %s"}\n' "$(printf '=%.0s' {1..120})" > outputs.json
touch -t 202601020304.06 outputs.json

# add NAME VERSION: takes up NAME.zip.
add() { printf '%s\t%s\t%s\n' "$1" "$2" "$(base64 -w0 "$1.zip")" >> list; }

version="Info-ZIP $(zip -v | sed -n 's/^This is Zip \([0-9.]*\).*/\1/p')"
zip -q infozip.zip outputs.json
zip -q -0 infozip-stored.zip outputs.json
zip -q - outputs.json | cat > infozip-to-stdout.zip
zip -q infozip-from-stdin.zip - < outputs.json
zip -q - - < outputs.json | cat > infozip-from-stdin-to-stdout.zip
zip -q -fz infozip-zip64.zip outputs.json
zip -q -Z bzip2 infozip-bzip2.zip outputs.json
zip -q -P secret infozip-encrypted.zip outputs.json
for name in "" -stored -to-stdout -from-stdin -from-stdin-to-stdout -zip64 -bzip2 -encrypted; do add "infozip$name" "$version"; done

python3 - <<'P'
import io, zipfile

class Pipe(io.RawIOBase):
    """Cannot seek, like standard output."""
    def __init__(self): self.all = b""
    def writable(self): return True
    def write(self, part): self.all += bytes(part); return len(part)

data = open("outputs.json", "rb").read()
stored, deflated, lzma = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA
for name, pipe, method, zip64 in [
    ("", False, stored, False), ("-streamed", True, stored, False), ("-streamed-deflated", True, deflated, False),
    ("-zip64", False, deflated, True), ("-streamed-zip64", True, deflated, True), ("-lzma", False, lzma, False),
]:
    to = Pipe() if pipe else io.BytesIO()
    with zipfile.ZipFile(to, "w") as archive:
        info = zipfile.ZipInfo("outputs.json", (2026, 1, 2, 3, 4, 6))
        info.compress_type = method
        with archive.open(info, "w", force_zip64=zip64) as file: file.write(data)
    open(f"python{name}.zip", "wb").write(to.all if pipe else to.getvalue())
with zipfile.ZipFile("python-empty.zip", "w"): pass
P
version="Python $(python3 -c 'import platform; print(platform.python_version())')"
for name in "" -streamed -streamed-deflated -zip64 -streamed-zip64 -lzma -empty; do add "python$name" "$version"; done

cat > Zips.java <<'J'
import java.io.FileOutputStream;
import java.net.URI;
import java.nio.file.*;
import java.util.Map;
import java.util.zip.*;

class Zips {
  public static void main(String[] args) throws Exception {
    Path file = Path.of("outputs.json");
    try (var zip = new ZipOutputStream(new FileOutputStream("java-stream.zip"))) {
      ZipEntry entry = new ZipEntry("outputs.json");
      entry.setTime(Files.getLastModifiedTime(file).toMillis());
      zip.putNextEntry(entry);
      zip.write(Files.readAllBytes(file));
      zip.closeEntry();
    }
    URI uri = URI.create("jar:" + Path.of("java-zipfs.zip").toUri());
    try (FileSystem zip = FileSystems.newFileSystem(uri, Map.of("create", "true"))) {
      Files.copy(file, zip.getPath("/outputs.json"), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }
}
J
java Zips.java
jar -cf java-jar.zip outputs.json
version="Java $(java -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.version = //p')"
for name in stream zipfs jar; do add "java-$name" "$version"; done

mkdir folder && cp -p outputs.json folder
cat > zips.go <<'G'
package main

import (
	"archive/zip"
	"os"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func write(name string, add func(*zip.Writer) error) {
	file, err := os.Create(name)
	check(err)
	archive := zip.NewWriter(file)
	check(add(archive))
	check(archive.Close())
	check(file.Close())
}

func main() {
	data, err := os.ReadFile("outputs.json")
	check(err)
	write("go-create.zip", func(archive *zip.Writer) error {
		file, err := archive.Create("outputs.json")
		check(err)
		_, err = file.Write(data)
		return err
	})
	write("go-fs.zip", func(archive *zip.Writer) error { return archive.AddFS(os.DirFS("folder")) })
}
G
go run zips.go
for name in create fs; do add "go-$name" "Go $(go env GOVERSION | sed s/go//)"; done

cat > zips.cs <<'C'
using System;
using System.IO;
using System.IO.Compression;

class Zips {
  // Cannot seek, like an answer to a request.
  class Pipe : Stream {
    readonly MemoryStream all = new MemoryStream();
    public byte[] Bytes { get { return all.ToArray(); } }
    public override bool CanRead { get { return false; } }
    public override bool CanSeek { get { return false; } }
    public override bool CanWrite { get { return true; } }
    public override long Length { get { throw new NotSupportedException(); } }
    public override long Position { get { throw new NotSupportedException(); } set { throw new NotSupportedException(); } }
    public override void Flush() { }
    public override int Read(byte[] bytes, int at, int count) { throw new NotSupportedException(); }
    public override long Seek(long at, SeekOrigin from) { throw new NotSupportedException(); }
    public override void SetLength(long length) { }
    public override void Write(byte[] bytes, int at, int count) { all.Write(bytes, at, count); }
  }

  static void Add(Stream to, string name) {
    using (var zip = new ZipArchive(to, ZipArchiveMode.Create, true)) {
      var entry = zip.CreateEntry(name);
      entry.LastWriteTime = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero);
      var data = File.ReadAllBytes("outputs.json");
      using (var file = entry.Open()) file.Write(data, 0, data.Length);
    }
  }

  static void Main() {
    var pipe = new Pipe();
    Add(pipe, "outputs.json");
    File.WriteAllBytes("mono-streamed.zip", pipe.Bytes);
    var memory = new MemoryStream();
    Add(memory, "outputs.json");
    File.WriteAllBytes("mono-seekable.zip", memory.ToArray());
    // As .NET Framework before 4.6.1 wrote folders.
    memory = new MemoryStream();
    Add(memory, "out\\outputs.json");
    File.WriteAllBytes("mono-backslash.zip", memory.ToArray());
  }
}
C
mcs -r:System.IO.Compression.dll zips.cs
mono zips.exe
for name in streamed seekable backslash; do add "mono-$name" "Mono $(mono --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p'), System.IO.Compression"; done

version="7-Zip $(7z | sed -n 's/^7-Zip .*\] \([0-9.]*\).*/\1/p')"
7z a -bso0 -tzip 7zip.zip outputs.json
7z a -bso0 -tzip -si 7zip-from-stdin.zip < outputs.json
7z a -bso0 -tzip -mm=Deflate64 7zip-deflate64.zip outputs.json
7z a -bso0 -tzip -mm=PPMd 7zip-ppmd.zip outputs.json
7z a -bso0 -tzip -mem=AES256 -psecret 7zip-aes.zip outputs.json
for name in "" -from-stdin -deflate64 -ppmd -aes; do add "7zip$name" "$version"; done

bsdtar --format zip -cf libarchive.zip outputs.json
# To a pipe it fills up with zeros to a tape's block, of which the least is 512 bytes.
bsdtar --format zip -b 1 -cf - outputs.json | cat > libarchive-to-stdout.zip
for name in "" -to-stdout; do add "libarchive$name" "libarchive $(bsdtar --version | sed 's/.*libarchive \([0-9.]*\).*/\1/')"; done

python3 - "$here/zips.json" <<'P'
import json, sys
rows = [line.rstrip("\n").split("\t") for line in open("list")]
text = open("outputs.json", encoding="utf-8").read()
zips = [{"name": name, "writer": writer, "base64": base64} for name, writer, base64 in rows]
json.dump({"text": text, "zips": zips}, open(sys.argv[1], "w", encoding="utf-8"), ensure_ascii=False, indent=2)
open(sys.argv[1], "a").write("\n")
P
