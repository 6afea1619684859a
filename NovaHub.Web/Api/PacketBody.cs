namespace NovaHub.Web.Api;

/// <summary>Reads an upload into memory, never more of it than is allowed, in memory that was taken for it.</summary>
internal static class PacketBody
{
    private const int First = BodyBudget.Small;

    /// <summary>The whole body, or null as soon as it passes <paramref name="limit"/>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="place">Memory that was taken for it; it grows before more than <see cref="BodyBudget.Small"/> bytes of a body are kept that did not say how long it is.</param>
    /// <exception cref="BadHttpRequestException">The body ended early or is malformed.</exception>
    /// <exception cref="BusyException">There was no memory for more of it, or another body waits for the place of this one, which hardly comes.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int limit, BodyBudget.Place? place = null)
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

                if (length == First && place is not null && !await place.GrowAsync(limit, context.RequestAborted))
                {
                    throw new BusyException();
                }

                Array.Resize(ref buffer, (int)Math.Min(most, buffer.Length * 2L));
            }

            var read = await ReadAsync(context, buffer.AsMemory(length), place);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        place?.Completed();
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

    private static async ValueTask<int> ReadAsync(HttpContext context, Memory<byte> room, BodyBudget.Place? place)
    {
        if (place is null)
        {
            return await context.Request.Body.ReadAsync(room, context.RequestAborted);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, place.Asked);
        try
        {
            var read = await context.Request.Body.ReadAsync(room, ended.Token);
            place.Arrived(read);
            return read;
        }
        catch (OperationCanceledException) when (place.Asked.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new BusyException();
        }
    }
}

/// <summary>The hub has too much to do at the moment; later it works.</summary>
internal sealed class BusyException() : Exception("No memory was free for the body in time.");
