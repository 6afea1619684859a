using System.Buffers.Binary;
using System.IO.Compression;

namespace NovaHub.Engine.Tests.Dos;

/// <summary>Reads a PNG picture with a palette, not interlaced.</summary>
internal static class PalettePng
{
    /// <summary>Number of the palette's colour for each dot, row by row.</summary>
    public static byte[] Dots(byte[] png)
    {
        using var packed = new MemoryStream();
        int width = 0, height = 0, depth = 0;
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var body = png.AsSpan(at + 8, length);
            if (png.AsSpan(at + 4, 4).SequenceEqual("IHDR"u8))
            {
                (width, height, depth) = (BinaryPrimitives.ReadInt32BigEndian(body), BinaryPrimitives.ReadInt32BigEndian(body[4..]), body[8]);
                Assert.Equal((3, 0), (body[9], body[12]));
            }
            else if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
            {
                packed.Write(body);
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var raw = new MemoryStream();
        using (var plain = new ZLibStream(packed, CompressionMode.Decompress))
        {
            plain.CopyTo(raw);
        }

        return Unpack(raw.GetBuffer(), width, height, depth);
    }

    private static byte[] Unpack(byte[] raw, int width, int height, int depth)
    {
        var stride = ((width * depth) + 7) / 8;
        var dots = new byte[width * height];
        var above = new byte[stride];
        for (var y = 0; y < height; y++)
        {
            var row = raw.AsSpan((y * (stride + 1)) + 1, stride).ToArray();
            Unfilter(raw[y * (stride + 1)], row, above);
            for (var x = 0; x < width; x++)
            {
                var bit = x * depth;
                dots[(y * width) + x] = (byte)((row[bit / 8] >> (8 - depth - (bit % 8))) & ((1 << depth) - 1));
            }

            above = row;
        }

        return dots;
    }

    private static void Unfilter(byte filter, byte[] row, byte[] above)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var (left, up, corner) = (i > 0 ? row[i - 1] : 0, above[i], i > 0 ? above[i - 1] : 0);
            row[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                _ => Paeth(left, up, corner),
            });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
