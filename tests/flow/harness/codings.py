"""Content codings as clients apply them: gzip and deflate by Python, br and zstd by the
libraries that the daemon is built with."""

import ctypes
import ctypes.util
import gzip as _gzip
import zlib


def gzip(body):
    return _gzip.compress(body, mtime=0)


def deflate(body):
    return zlib.compress(body)


def raw_deflate(body):
    """Without the zlib frame, as some send what they call deflate."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def _library(name, soname):
    return ctypes.CDLL(ctypes.util.find_library(name) or soname)


def zstd(body):
    library = _library("zstd", "libzstd.so.1")
    library.ZSTD_compressBound.restype = library.ZSTD_compress.restype = ctypes.c_size_t
    room = library.ZSTD_compressBound(ctypes.c_size_t(len(body)))
    out = ctypes.create_string_buffer(room)
    size = library.ZSTD_compress(out, ctypes.c_size_t(room), body, ctypes.c_size_t(len(body)), 3)
    assert not library.ZSTD_isError(ctypes.c_size_t(size))
    return out.raw[:size]


def br(body):
    library = _library("brotlienc", "libbrotlienc.so.1")
    library.BrotliEncoderMaxCompressedSize.restype = ctypes.c_size_t
    size = ctypes.c_size_t(library.BrotliEncoderMaxCompressedSize(ctypes.c_size_t(len(body))))
    out = ctypes.create_string_buffer(size.value)
    assert library.BrotliEncoderCompress(5, 22, 0, ctypes.c_size_t(len(body)), body,
                                         ctypes.byref(size), out)
    return out.raw[:size.value]


CODERS = {"gzip": gzip, "x-gzip": gzip, "deflate": deflate, "br": br, "zstd": zstd,
          "identity": bytes}


def encode(names, body):
    """Applies the codings of a Content-Encoding field in their order."""
    for name in names.replace(" ", "").split(","):
        body = CODERS[name](body)
    return body
