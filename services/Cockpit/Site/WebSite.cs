using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Cockpit.Site;

/// <summary>
/// Serves the built web from wwwroot (驾驶舱网页): files under assets carry a hash in their names and are kept for ever, everything that is
/// no file is the application itself. Anonymous, for it holds no data. Without a built web it says so.
/// </summary>
public static class WebSite
{
    /// <summary>Everything from this origin; no inline script or style, no frame around it.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string NotBuilt = """
        <!doctype html>
        <html lang="zh-CN"><head><meta charset="utf-8"><title>TcmBrain</title></head>
        <body><h1>网页尚未构建</h1><p>服务运行正常，但 services/Cockpit/wwwroot 中没有网页。请在 services/Cockpit/web 中运行 npm ci 和 npm run build。</p>
        <h1>The web is not built</h1><p>The service is running, but services/Cockpit/wwwroot has no pages. Run npm ci and npm run build in services/Cockpit/web.</p>
        </body></html>
        """;

    private static readonly FileExtensionContentTypeProvider Types = new() { Mappings = { [".geojson"] = "application/geo+json" } };

    public static WebApplication MapWebSite(this WebApplication app)
    {
        var root = Find(app.Environment.ContentRootPath, AppContext.BaseDirectory);
        var files = root is null ? (IFileProvider)new NullFileProvider() : new PhysicalFileProvider(root);
        // Only for those who ask for what the API does not have; it is the least specific route.
        app.MapFallback("{**path}", (HttpContext context) => ServeAsync(context, files)).AllowAnonymous();
        return app;
    }

    /// <summary>
    /// The folder of the built web: beside the service where it was published, or in the source tree above the build output.
    /// </summary>
    internal static string? Find(params string[] from)
    {
        foreach (var start in from)
        {
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                foreach (
                    var candidate in (string[])
                        [Path.Combine(at.FullName, "wwwroot"), Path.Combine(at.FullName, "services", "Cockpit", "wwwroot")]
                )
                {
                    if (File.Exists(Path.Combine(candidate, "index.html")))
                    {
                        return candidate;
                    }
                }

                // The repository ends here; what lies above is somebody else's.
                if (File.Exists(Path.Combine(at.FullName, "TcmBrain.sln")))
                {
                    break;
                }
            }
        }

        return null;
    }

    private static async Task ServeAsync(HttpContext context, IFileProvider files)
    {
        var path = context.Request.Path.Value ?? "/";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            throw GeneralFaults.MethodNotAllowed.Exception();
        }

        var file = files.GetFileInfo(path);
        var isAsset = file is { Exists: true, IsDirectory: false } && path != "/index.html";
        if (!isAsset)
        {
            // An address that looks like an interface or a file must not be answered with a page.
            if (
                path.StartsWith("/api/", StringComparison.Ordinal)
                || path.StartsWith("/assets/", StringComparison.Ordinal)
                || Path.HasExtension(path) && path != "/index.html"
            )
            {
                throw GeneralFaults.NotFound.Exception();
            }

            file = files.GetFileInfo("index.html");
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        if (!file.Exists)
        {
            headers.CacheControl = "no-store";
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.ContentType = "text/html; charset=utf-8";
            await context.Response.WriteAsync(NotBuilt, context.RequestAborted);
            return;
        }

        var hashed = path.StartsWith("/assets/", StringComparison.Ordinal);
        headers.CacheControl = hashed ? "public, max-age=31536000, immutable" : "no-cache";
        var type = Types.TryGetContentType(file.Name, out var known) ? known : "application/octet-stream";
        if (isAsset && files.GetFileInfo(path + ".br") is { Exists: true } packed)
        {
            // Packed when it was built, smaller than what could be packed now.
            headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
            if (TakesBrotli(context.Request))
            {
                headers.ContentEncoding = "br";
                file = packed;
            }
        }

        await Results
            .File(
                file.PhysicalPath!,
                type is "text/html" or "text/javascript" or "text/css" ? type + "; charset=utf-8" : type,
                lastModified: file.LastModified,
                entityTag: new($"\"{file.LastModified.UtcTicks:x}-{file.Length:x}\"")
            )
            .ExecuteAsync(context);
    }

    private static bool TakesBrotli(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value == "br" && encoding.Quality is not 0);
}
