using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using NovaHub.Engine.Dos;

namespace NovaHub.Engine.Tests.Dos;

public class RecordingTests
{
    [Fact]
    public void What_was_written_is_read_with_its_times()
    {
        Gen.Select(Gen.Byte.Array[1, 500], Gen.Int[0, 100_000]).Array[0, 40].Sample(pieces =>
        {
            var time = new FakeTimeProvider();
            var writer = new RecordingWriter(time);
            var at = TimeSpan.Zero;
            var expected = new List<(TimeSpan, byte[])>();
            foreach (var (bytes, wait) in pieces)
            {
                time.Advance(TimeSpan.FromMilliseconds(wait));
                at += TimeSpan.FromMilliseconds(wait);
                writer.Write(bytes);
                expected.Add((at, bytes));
            }

            var read = Recording.Read(writer.ToBytes()).ToList();
            return read.Select(frame => frame.At).SequenceEqual(expected.Select(frame => frame.Item1))
                && read.Zip(expected).All(pair => pair.First.Bytes.Span.SequenceEqual(pair.Second.Item2));
        });
    }

    [Fact]
    public void A_recording_that_grows_too_large_keeps_its_begin_and_end_and_says_what_is_missing()
    {
        var writer = new RecordingWriter(new FakeTimeProvider(), limit: 1000);
        for (var n = 0; n < 1000; n++)
        {
            writer.Write(Encoding.ASCII.GetBytes($"{n:0000} "));
        }

        var text = string.Concat(Recording.Read(writer.ToBytes()).Select(frame => Encoding.ASCII.GetString(frame.Bytes.Span)));

        Assert.StartsWith("0000 0001 ", text, StringComparison.Ordinal);
        Assert.EndsWith("0998 0999 ", text, StringComparison.Ordinal);
        Assert.Equal(4000, writer.DroppedBytes);
        Assert.Contains("[4000 bytes left out here]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_piece_larger_than_the_limit_does_not_break_it()
    {
        var writer = new RecordingWriter(new FakeTimeProvider(), limit: 100);
        writer.Write(new byte[1000]);

        Assert.Equal(900, writer.DroppedBytes);
    }

    [Fact]
    public void A_real_session_becomes_small()
    {
        var writer = new RecordingWriter(new FakeTimeProvider());
        writer.Write(Fixture.Bytes("dosemu2-planetary.raw"));

        Assert.InRange(writer.ToBytes().Length, 100, 1800);
    }

    [Fact]
    public void Bytes_that_are_no_recording_are_refused()
    {
        Assert.Throws<InvalidDataException>(() => Recording.Read([1, 2, 3]));
        var whole = new RecordingWriter(new FakeTimeProvider());
        whole.Write(Fixture.Bytes("dosemu2-planetary.raw"));
        Assert.ThrowsAny<InvalidDataException>(() => Recording.Read(whole.ToBytes()[..^40]).ToList());
    }
}
