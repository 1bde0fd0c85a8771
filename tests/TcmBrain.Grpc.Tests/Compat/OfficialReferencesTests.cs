using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Yarp.ReverseProxy.Configuration;

namespace TcmBrain.Grpc.Tests.Compat;

/// <summary>
/// The official assemblies were compiled against packages that stand here as our own. Every type and member that they name
/// must exist, be reachable from outside and have the signature that they expect, or a call fails in production at its first use.
/// </summary>
public sealed class OfficialReferencesTests
{
    private static readonly string[] StandIns = ["Grpc.Core.Api", "Grpc.Net.Common", "System.IO.Hashing"];

    // Enough of anything for the loader to close a generic reference over.
    private static readonly Type[] AnyTypes = [.. Enumerable.Repeat(typeof(object), 8)];

    [Theory]
    [InlineData(typeof(GrpcMethodMetadata), 32, 70)]
    [InlineData(typeof(GrpcChannel), 32, 60)]
    [InlineData(typeof(RouteConfig), 1, 1)]
    public void Every_type_and_member_that_an_official_assembly_names_is_there(Type official, int typesAtLeast, int membersAtLeast)
    {
        using var file = new PEReader(File.OpenRead(official.Assembly.Location));
        var metadata = file.GetMetadataReader();

        var types = metadata
            .TypeReferences.Where(handle => IsStandIn(metadata, handle))
            .Select(handle => official.Module.ResolveType(MetadataTokens.GetToken(handle)))
            .ToArray();
        var members = metadata
            .MemberReferences.Where(handle => IsStandIn(metadata, metadata.GetMemberReference(handle).Parent))
            .Select(handle => official.Module.ResolveMember(MetadataTokens.GetToken(handle), AnyTypes, AnyTypes)!)
            .ToArray();

        types.Length.ShouldBeGreaterThanOrEqualTo(typesAtLeast);
        members.Length.ShouldBeGreaterThanOrEqualTo(membersAtLeast);
        types.Where(type => !type.IsVisible).ShouldBeEmpty();
        members.Where(member => !IsReachable(member, official.Assembly)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(typeof(GrpcMethodMetadata))]
    [InlineData(typeof(GrpcChannel))]
    [InlineData(typeof(RouteConfig))]
    public void Every_type_of_an_official_assembly_loads(Type official) => official.Assembly.GetTypes().ShouldNotBeEmpty();

    [Theory]
    [InlineData("Grpc.Core.Api", "2.0.0.0", "d754f35622e28bad")]
    [InlineData("Grpc.Net.Common", "2.0.0.0", "d754f35622e28bad")]
    [InlineData("System.IO.Hashing", "10.0.0.0", "cc7b13ffcd2ddd51")]
    public void A_stand_in_carries_the_identity_asked_for(string name, string version, string token)
    {
        var identity = Assembly.Load(name).GetName();

        identity.Version.ShouldBe(Version.Parse(version));
        Convert.ToHexStringLower(identity.GetPublicKeyToken()!).ShouldBe(token);
    }

    private static bool IsStandIn(MetadataReader metadata, EntityHandle handle) =>
        handle.Kind switch
        {
            HandleKind.TypeReference => IsStandIn(metadata, metadata.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope),
            HandleKind.TypeSpecification => GenericTypeOf(metadata, (TypeSpecificationHandle)handle) is { } type
                && IsStandIn(metadata, type),
            HandleKind.AssemblyReference => StandIns.Contains(
                metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)handle).Name)
            ),
            _ => false,
        };

    /// <summary>ECMA-335 II.23.2.14: a generic instance is GENERICINST, CLASS or VALUETYPE, then the type that it closes.</summary>
    private static EntityHandle? GenericTypeOf(MetadataReader metadata, TypeSpecificationHandle handle)
    {
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return null;
        }

        signature.ReadCompressedInteger();
        return signature.ReadTypeHandle();
    }

    /// <summary>Whether another assembly may use the member; a protected one only if it derives from the member's type.</summary>
    private static bool IsReachable(MemberInfo member, Assembly from) =>
        member.DeclaringType!.IsVisible
        && member switch
        {
            FieldInfo field => field.IsPublic,
            MethodBase { IsPublic: true } => true,
            MethodBase method => (method.IsFamily || method.IsFamilyOrAssembly)
                && from.GetTypes().Any(type => type.IsSubclassOf(method.DeclaringType!)),
            _ => false,
        };
}
