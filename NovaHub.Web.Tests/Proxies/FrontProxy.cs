using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NovaHub.Web.Tests.Proxies;

/// <summary>A real nginx or Caddy in front of a hub, with TLS outside and the configuration that the operating guide gives.</summary>
internal sealed class FrontProxy : IAsyncDisposable
{
    public const string Nginx = "nginx";
    public const string Caddy = "caddy";

    private const string Fullchain = "/etc/letsencrypt/live/hub.example/fullchain.pem";
    private const string Privkey = "/etc/letsencrypt/live/hub.example/privkey.pem";

    private readonly string _folder;
    private readonly Process _process;
    private readonly Task<string> _said;

    private FrontProxy(string folder, int port, Process process)
    {
        (_folder, _process, Address) = (folder, process, new Uri($"https://localhost:{port}/"));
        _said = process.StandardError.ReadToEndAsync();
    }

    public Uri Address { get; }

    /// <summary>The certificate that it shows, as a PEM file.</summary>
    public string CertificatePath => Path.Combine(_folder, "fullchain.pem");

    /// <summary>Starts it and waits until it takes connections. Skips the test where it isn't installed.</summary>
    public static async Task<FrontProxy> StartAsync(string kind, Uri hub)
    {
        var program = new[] { "/usr/sbin", "/usr/bin", "/usr/local/bin" }.Select(d => Path.Combine(d, kind)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, $"{kind} is not installed (Debian: apt-get install {kind}).");
        var folder = Directory.CreateTempSubdirectory($"novahub-{kind}-").FullName;
        var port = FreePort();
        var (certificate, key) = WriteCertificate(folder);
        var text = kind == Nginx ? NginxText(folder, hub, port, certificate, key) : CaddyText(hub, port, certificate, key);
        var path = Path.Combine(folder, "proxy.conf");
        await File.WriteAllTextAsync(path, text, HubHost.Stop);
        var start = new ProcessStartInfo(program!) { UseShellExecute = false, RedirectStandardError = true, WorkingDirectory = folder };
        string[] arguments = kind == Nginx
            ? ["-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", path, "-g", "daemon off;"]
            : ["run", "--config", path, "--adapter", "caddyfile"];
        Array.ForEach(arguments, start.ArgumentList.Add);
        foreach (var variable in new[] { "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME" })
        {
            start.Environment[variable] = folder;
        }

        var proxy = new FrontProxy(folder, port, Process.Start(start)!);
        await HubHost.UntilAsync(() => proxy.TakesConnectionsAsync(port), $"{kind} to take connections");
        return proxy;
    }

    /// <summary>Whether a certificate that was shown is one of <see cref="WriteCertificate"/>.</summary>
    public static bool IsOurs(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) => shown?.Subject == "CN=localhost";

    /// <summary>A certificate of its own for localhost, and its key, as PEM files.</summary>
    public static (string Certificate, string Key) WriteCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var paths = (Certificate: Path.Combine(folder, "fullchain.pem"), Key: Path.Combine(folder, "privkey.pem"));
        File.WriteAllText(paths.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(paths.Key, key.ExportPkcs8PrivateKeyPem());
        return paths;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _said;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string NginxText(string folder, Uri hub, int port, string certificate, string key)
    {
        var block = OperatingGuide.Block("nginx", "proxy_pass").With(
            ("listen 443 ssl;", $"listen 127.0.0.1:{port} ssl;"), ("server_name hub.example;", "server_name localhost;"),
            (Fullchain, certificate), (Privkey, key), ("http://127.0.0.1:8000", hub.GetLeftPart(UriPartial.Authority)));
        var temporary = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(t => $"    {t}_temp_path {folder}/{t};\n"));
        return $"{(Environment.UserName == "root" ? "user root;\n" : "")}worker_processes 2;\npid {folder}/pid;\nevents {{ }}\nhttp {{\n    access_log off;\n{temporary}{block}}}\n";
    }

    private static string CaddyText(Uri hub, int port, string certificate, string key) =>
        "{\n    admin off\n    auto_https off\n}\n\n" + OperatingGuide.Block("caddyfile", "reverse_proxy").With(
            ("hub.example {", $"https://localhost:{port} {{\n    bind 127.0.0.1\n    tls {certificate} {key}"), ("127.0.0.1:8000", hub.Authority));

    private async Task<bool> TakesConnectionsAsync(int port)
    {
        if (_process.HasExited)
        {
            Assert.Fail($"The proxy ended by itself: {await _said}{(File.Exists(Path.Combine(_folder, "error.log")) ? await File.ReadAllTextAsync(Path.Combine(_folder, "error.log")) : "")}");
        }

        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, port, HubHost.Stop);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
