using System.Buffers;
using System.Text;
using TcmBrain.ServiceDefaults.Faults;

namespace TcmBrain.Institutions.Import;

/// <summary>An uploaded file, on disk while it is read: how it is encoded is only known when all of it was seen.</summary>
internal sealed class CsvUpload : IAsyncDisposable
{
    public const int LargestMebibytes = 64;

    private static readonly Encoding StrictUtf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly FileStream file;

    private CsvUpload(FileStream file) => this.file = file;

    /// <exception cref="FaultException">INS-0173</exception>
    public static async Task<CsvUpload> ReceiveAsync(Stream body, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous | FileOptions.SequentialScan,
        };
        if (!OperatingSystem.IsWindows())
        {
            // Names of people are in it.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var upload = new CsvUpload(new FileStream(Path.Combine(Path.GetTempPath(), $"import-{Guid.NewGuid():N}"), options));
        try
        {
            await body.CopyToAsync(upload.file, cancellationToken);
            return upload;
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await upload.DisposeAsync();
            throw InstitutionsFaults.FileTooLarge.Exception("", LargestMebibytes);
        }
        catch
        {
            await upload.DisposeAsync();
            throw;
        }
    }

    /// <summary>As UTF-8, with or without its mark, when it is that; else as GB18030, which Excel in China writes.</summary>
    /// <exception cref="FaultException">INS-0163 when it is neither</exception>
    public async Task<TextReader> OpenAsync(CancellationToken cancellationToken)
    {
        var gb18030 = Encoding.GetEncoding("GB18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
        var encoding =
            await IsAsync(StrictUtf8, cancellationToken) ? StrictUtf8
            : await IsAsync(gb18030, cancellationToken) ? gb18030
            : throw InstitutionsFaults.UnreadableText.Exception();
        file.Position = 0;
        return new StreamReader(file, encoding, detectEncodingFromByteOrderMarks: encoding == StrictUtf8, leaveOpen: true);
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private async Task<bool> IsAsync(Encoding encoding, CancellationToken cancellationToken)
    {
        file.Position = 0;
        var decoder = encoding.GetDecoder();
        var bytes = ArrayPool<byte>.Shared.Rent(64 * 1024);
        var characters = ArrayPool<char>.Shared.Rent(encoding.GetMaxCharCount(bytes.Length));
        try
        {
            int read;
            do
            {
                read = await file.ReadAsync(bytes, cancellationToken);
                var length = decoder.GetChars(bytes, 0, read, characters, 0, flush: read == 0);
                // UTF-16 and other binary files are full of them; text has none.
                if (characters.AsSpan(0, length).Contains('\0'))
                {
                    return false;
                }
            } while (read > 0);

            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(characters);
        }
    }
}
