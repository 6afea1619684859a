namespace NovaHub.Web.Api;

/// <summary>Reads an upload into memory, never more of it than is allowed and never more memory than came.</summary>
internal static class PacketBody
{
    private const int First = 64 * 1024;

    /// <summary>The whole body, or null as soon as it passes <paramref name="limit"/>.</summary>
    /// <exception cref="BadHttpRequestException">The body ended early or is malformed.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int limit)
    {
        var request = context.Request;
        // One byte of room beyond a known length would only be copied away; beyond an unknown one it shows what is too much
        var most = (int)(request.ContentLength ?? limit + 1L);
        var buffer = new byte[Math.Min(most, First)];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == most)
                {
                    break;
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
