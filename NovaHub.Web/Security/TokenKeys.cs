using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using NovaHub.Engine.Storage;
using OpenIddict.Server;

namespace NovaHub.Web.Security;

/// <summary>
/// The keys that sign boards' tokens, kept in the data folder: tokens outlive a restart. RSA rather than an elliptic
/// curve because a token is checked with every request and signed once a day.
/// </summary>
internal sealed class TokenKeys(StorageOptions storage) : IConfigureOptions<OpenIddictServerOptions>
{
    private const int Bits = 2048;

    public void Configure(OpenIddictServerOptions options)
    {
        options.SigningCredentials.Add(new SigningCredentials(Load("token-signing.pem"), SecurityAlgorithms.RsaSha256));
        options.EncryptionCredentials.Add(new EncryptingCredentials(
            Load("token-encryption.pem"), SecurityAlgorithms.RsaOAEP, SecurityAlgorithms.Aes256CbcHmacSha512));
    }

    private RsaSecurityKey Load(string name)
    {
        var path = Path.Combine(PrivateFiles.Folder(storage.KeysFolder).FullName, name);
        PrivateFiles.CreateOnce(path, NewKey);
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            rsa.Dispose();
            throw new InvalidOperationException($"The key file {path} is damaged. Restore it, or delete it: boards then fetch new tokens by themselves.", failure);
        }

        return new RsaSecurityKey(rsa) { KeyId = Base64UrlEncoder.Encode(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()).AsSpan(0, 12).ToArray()) };
    }

    private static string NewKey()
    {
        using var rsa = RSA.Create(Bits);
        return rsa.ExportPkcs8PrivateKeyPem() + "\n";
    }
}

/// <summary>Loads the keys at start, so that a damaged file stops the hub there and not a board's first request.</summary>
internal sealed class TokenKeysAtStart(IOptionsMonitor<OpenIddictServerOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = options.CurrentValue;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
