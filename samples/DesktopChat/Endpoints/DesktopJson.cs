using System.Text.Json.Serialization;
using DesktopChat.Answers;
using DesktopChat.Conversations;
using DesktopChat.Events;
using DesktopChat.Models;
using DesktopChat.Settings;

namespace DesktopChat.Endpoints;

internal sealed record ErrorBody(ErrorDetail Error);

internal sealed record ErrorDetail(string Code, string Message);

internal sealed record TitleBody(string Title);

internal sealed record TextBody(string Text);

internal sealed record PathBody(string Path);

/// <summary>All types that are serialized as JSON, with source-generated code instead of reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(TitleBody))]
[JsonSerializable(typeof(TextBody))]
[JsonSerializable(typeof(PathBody))]
[JsonSerializable(typeof(Conversation))]
[JsonSerializable(typeof(IReadOnlyList<ConversationSummary>))]
[JsonSerializable(typeof(ChatSettings))]
[JsonSerializable(typeof(ModelState))]
[JsonSerializable(typeof(ModelListing))]
[JsonSerializable(typeof(AnswerState))]
[JsonSerializable(typeof(AnswerPiece))]
[JsonSerializable(typeof(AnswerEnd))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(Usage))]
internal sealed partial class DesktopJson : JsonSerializerContext;
