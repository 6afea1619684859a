namespace NovaHub.Web.Api;

/// <summary>Reads an upload into memory, never more of it than is allowed, in memory that was taken for it.</summary>
internal static class PacketBody
{
    private const int First = BodyBudget.Small;

    /// <summary>The whole body, or null as soon as it passes <paramref name="limit"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="more">Asked before more than <see cref="BodyBudget.Small"/> bytes of a body are kept that did not say how long it is.</param>
    /// <exception cref="BadHttpRequestException">The body ended early or is malformed.</exception>
    /// <exception cref="BusyException"><paramref name="more"/> found no memory.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int limit, Func<ValueTask<bool>>? more = null)
    {
        var request = context.Request;
        // One byte of room beyond a known length would only be copied away; beyond an unknown one it shows what is too much
        var known = request.ContentLength is not null;
        var most = (int)(request.ContentLength ?? limit + 1L);
        // Pages that no byte came for are never touched, so a length that is only announced costs nothing
        var buffer = GC.AllocateUninitializedArray<byte>(known ? most : Math.Min(most, First));
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == most)
                {
                    break;
                }

                if (length == First && more is not null && !await more())
                {
                    throw new BusyException();
                }

                Array.Resize(ref buffer, (int)Math.Min(most, buffer.Length * 2L));
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        if (length > limit)
        {
            return null;
        }

        if (length < buffer.Length)
        {
            Array.Resize(ref buffer, length);
        }

        return buffer;
    }
}

/// <summary>The hub has too much to do at the moment; later it works.</summary>
internal sealed class BusyException() : Exception("No memory was free for the body in time.");
